// The official Node SDK (@aliyunmq/mq-http-sdk), unmodified, as a client of a broker.
//
//   node sdk.mjs [standard | short | mortal | CASE…]
//
// Prints one line of JSON per case and exits with 1 when a case failed. Every case has a topic of
// its own, so all of them run at the same time: most of the run is long polls that wait.
//
// Environment: SDK_DIR (where npm installed the SDK), ENDPOINT, ACCESS_KEY, SECRET_KEY,
// INSTANCE (optional), MQSCOPE (optional: the binary, for the cases that use its command line),
// INVISIBLE_MS (what the broker was started with; the suites `short` and `mortal` need a few
// seconds at most, and `mortal` a broker whose messages die after two deliveries).

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

const sdkPath = path.resolve(need('SDK_DIR'), 'package.json');
const { MQClient, MessageProperties } = createRequire(sdkPath)('@aliyunmq/mq-http-sdk');

const ENDPOINT = need('ENDPOINT');
const ACCESS_KEY = need('ACCESS_KEY');
const SECRET_KEY = need('SECRET_KEY');
const INSTANCE = process.env.INSTANCE ?? '';
const MQSCOPE = process.env.MQSCOPE ?? '';
const INVISIBLE_MS = Number(process.env.INVISIBLE_MS ?? 300_000);

// Names of this run only, so that a broker which is already in use can be tested too.
const RUN = Date.now().toString(36);
// Long enough for a busy machine, well under the 33 s after which this SDK gives up.
const LONG_POLL_SECS = 20;

function need(name) {
  const value = process.env[name];
  if (!value) {
    console.error(`${name} is not set`);
    process.exit(2);
  }
  return value;
}

// ---- what the cases are written in ---------------------------------------------------------

/** One case's topic with whatever of the SDK it needs. */
class Desk {
  constructor(name) {
    this.name = name;
    this.topic = `node-${name}-${RUN}`;
    this.client = new MQClient(ENDPOINT, ACCESS_KEY, SECRET_KEY);
  }

  group(suffix = '') {
    return `GID-${this.name}${suffix}-${RUN}`;
  }

  producer(client = this.client) {
    return client.getProducer(INSTANCE, this.topic);
  }

  transProducer() {
    return this.client.getTransProducer(INSTANCE, this.topic, this.group('-producer'));
  }

  consumer({ suffix = '', tag, client = this.client } = {}) {
    return client.getConsumer(INSTANCE, this.topic, this.group(suffix), tag);
  }

  /** Publishes and checks the receipt, which every success has to look like. */
  async publish(body, tag, properties, producer = this.producer()) {
    const receipt = await producer.publishMessage(body, tag, properties);
    assert.equal(receipt.code, 201);
    assert.ok(receipt.requestId, 'a reply carries x-mq-request-id');
    assert.ok(receipt.body.MessageId, 'a receipt names the message');
    assert.equal(receipt.body.MessageBodyMD5, md5(body));
    return receipt.body;
  }
}

function md5(text) {
  return createHash('md5').update(text, 'utf8').digest('hex').toUpperCase();
}

function properties(fill) {
  const made = new MessageProperties();
  fill(made);
  return made;
}

/** The messages of one poll; an empty poll is the error MessageNotExist, as the SDK has it. */
async function take(consumer, batch = 1, waitSecs = LONG_POLL_SECS, how = 'consumeMessage') {
  const reply = await consumer[how](batch, waitSecs);
  assert.equal(reply.code, 200);
  assert.ok(reply.body.length >= 1 && reply.body.length <= batch, `${reply.body.length} of ${batch}`);
  return reply.body;
}

async function takeOne(consumer, waitSecs, how) {
  const [message] = await take(consumer, 1, waitSecs, how);
  return message;
}

/** Takes exactly `count` messages, however many polls the broker needs for them. */
async function takeAll(consumer, count) {
  const messages = [];
  while (messages.length < count) {
    messages.push(...(await take(consumer, count - messages.length)));
  }
  return messages;
}

async function assertEmpty(consumer, waitSecs = 0, how = 'consumeMessage') {
  await assertRefused(consumer[how](16, waitSecs), 'MessageNotExist', 404);
}

async function assertRefused(request, code, status) {
  let reply;
  try {
    reply = await request;
  } catch (error) {
    assert.equal(error.Code, code, `refused with ${error.message}`);
    assert.match(error.message, new RegExp(`failed with ${status}\\.`));
    assert.ok(error.RequestId, 'a refusal names its request');
    return;
  }
  assert.fail(`expected ${code}, got ${JSON.stringify(reply)}`);
}

async function ack(consumer, ...messages) {
  assertDone(await consumer.ackMessage(messages.map((message) => message.ReceiptHandle)));
}

function assertDone(reply) {
  assert.equal(reply.code, 204, JSON.stringify(reply.body));
  assert.equal(reply.body, undefined);
}

/** An ack that was refused for exactly these handles: `{ handle: code }`. */
function assertHandlesRefused(reply, expected) {
  assert.equal(reply.code, 404, JSON.stringify(reply));
  const refused = reply.body.map((error) => {
    assert.ok(error.ErrorMessage, 'every refused handle says why');
    return [error.ReceiptHandle, error.ErrorCode];
  });
  assert.deepEqual(Object.fromEntries(refused), expected);
  assert.equal(refused.length, Object.keys(expected).length);
}

function number(text) {
  assert.match(text, /^[0-9]+$/);
  return Number(text);
}

/** Runs the command line of the binary under test and gives its standard output. */
function mqscope(args, input) {
  return new Promise((resolve, reject) => {
    const child = spawn(MQSCOPE, args, {
      env: { ...process.env, MQSCOPE_ACCESS_KEY: ACCESS_KEY, MQSCOPE_SECRET_KEY: SECRET_KEY },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => (stdout += data));
    child.stderr.on('data', (data) => (stderr += data));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(stdout) : reject(new Error(`mqscope ${args[0]} exited with ${code}: ${stderr}`)),
    );
    child.stdin.end(input);
  });
}

function place(desk) {
  const instance = INSTANCE ? ['--instance', INSTANCE] : [];
  return ['--endpoint', ENDPOINT, ...instance, '--topic', desk.topic];
}

// ---- cases for any broker ------------------------------------------------------------------

const standard = {
  async plain(desk) {
    const consumer = desk.consumer();
    const before = Date.now();
    const receipt = await desk.publish('hello');
    const message = await takeOne(consumer);
    const after = Date.now();

    assert.equal(message.MessageId, receipt.MessageId);
    assert.equal(message.MessageBody, 'hello');
    assert.equal(message.MessageBodyMD5, md5('hello'));
    assert.equal(number(message.ConsumedTimes), 1);
    assert.ok(message.ReceiptHandle);
    const published = number(message.PublishTime);
    const first = number(message.FirstConsumeTime);
    assert.ok(before <= published && published <= first && first <= after, `${before} ${published} ${first} ${after}`);
    const invisible = number(message.NextConsumeTime) - first;
    assert.ok(Math.abs(invisible - INVISIBLE_MS) <= 1000, `invisible for ${invisible} ms`);

    await assertEmpty(consumer);
    await ack(consumer, message);
    await assertEmpty(consumer);
  },

  async tag_key_properties(desk) {
    const sent = properties((p) => {
      p.messageKey('order-42');
      p.putProperty('region', 'ap-guangzhou');
      p.putProperty('颜色', '红 色');
      p.putProperty('formula', 'a=b;c,d+e%20/?#');
    });
    await desk.publish('{"n":1}', 'TagA', sent);
    const consumer = desk.consumer();
    const message = await takeOne(consumer);
    assert.equal(message.MessageTag, 'TagA');
    assert.equal(message.MessageKey, 'order-42');
    assert.deepEqual(message.Properties, {
      region: 'ap-guangzhou',
      颜色: '红 色',
      formula: 'a=b;c,d+e%20/?#',
    });
    await ack(consumer, message);
  },

  async body_characters(desk) {
    const body = '你好，世界 😀👩‍👩‍👧 <a href="x">&amp; \'quoted\'</a> é \u00a0 end';
    await desk.publish(body);
    const consumer = desk.consumer();
    const message = await takeOne(consumer);
    assert.equal(message.MessageBody, body);
    assert.equal(message.MessageBodyMD5, md5(body));
    await ack(consumer, message);
  },

  async white_space(desk) {
    const body = '  two spaces\n\n\tand a tab \n';
    await desk.publish(body);
    const consumer = desk.consumer();
    const message = await takeOne(consumer);
    assert.equal(message.MessageBody, body);
    await ack(consumer, message);
  },

  async carriage_return(desk) {
    // This SDK writes a bare CR into the XML, where it means a line feed to any XML parser: what
    // arrives is what the broker read, and its checksum is of that.
    const receipt = await desk.producer().publishMessage('one\r\ntwo\rthree');
    const consumer = desk.consumer();
    const message = await takeOne(consumer);
    assert.equal(message.MessageBody, 'one\ntwo\nthree');
    assert.equal(message.MessageBodyMD5, md5('one\ntwo\nthree'));
    assert.equal(receipt.body.MessageBodyMD5, md5('one\ntwo\nthree'));
    await ack(consumer, message);
  },

  async cdata_end(desk) {
    // This SDK puts every body into CDATA without splitting it at "]]>": not XML any more.
    await assertRefused(desk.producer().publishMessage('a]]>b'), 'MalformedXML', 400);
    await assertEmpty(desk.consumer());
  },

  async large_body(desk) {
    const body = 'é中😀<&>\n0123456789'.repeat(12_000);
    await desk.publish(body);
    const consumer = desk.consumer();
    const message = await takeOne(consumer);
    // Not assert.equal: its message would hold both bodies.
    assert.ok(message.MessageBody === body, `${message.MessageBody.length} of ${body.length} arrived`);
    await ack(consumer, message);
  },

  async timed(desk) {
    const due = Date.now() + 2000;
    const receipt = await desk.publish('later', 'Timed', properties((p) => p.startDeliverTime(due)));
    const consumer = desk.consumer();
    await assertEmpty(consumer);
    const message = await takeOne(consumer);
    assert.equal(message.MessageId, receipt.MessageId);
    assert.equal(message.StartDeliverTime, due);
    assert.ok(number(message.FirstConsumeTime) >= due, `${message.FirstConsumeTime} is before ${due}`);
    await ack(consumer, message);
  },

  async timed_in_the_past(desk) {
    const receipt = await desk.publish('now', 'Timed', properties((p) => p.startDeliverTime(Date.now() - 60_000)));
    const consumer = desk.consumer();
    const message = await takeOne(consumer, 0);
    assert.equal(message.MessageId, receipt.MessageId);
    await ack(consumer, message);
  },

  async tag_filter(desk) {
    for (const tag of ['TagA', 'TagB', 'TagC']) {
      await desk.publish(`for ${tag}`, tag);
    }
    await desk.publish('without a tag');

    const tagsFor = async (suffix, tag, count) => {
      const consumer = desk.consumer({ suffix, tag });
      const messages = await takeAll(consumer, count);
      await ack(consumer, ...messages);
      await assertEmpty(consumer);
      return messages.map((message) => message.MessageBody).sort();
    };
    assert.deepEqual(await tagsFor('-either', 'TagA||TagB', 2), ['for TagA', 'for TagB']);
    assert.deepEqual(await tagsFor('-one', 'TagC', 1), ['for TagC']);
    const all = ['for TagA', 'for TagB', 'for TagC', 'without a tag'];
    assert.deepEqual(await tagsFor('-star', '*', 4), all);
    assert.deepEqual(await tagsFor('-none', undefined, 4), all);
    await assertEmpty(desk.consumer({ suffix: '-missing', tag: 'TagD' }));
  },

  async tag_characters(desk) {
    const tag = '标签 1*(~)';
    await desk.publish('wanted', tag);
    await desk.publish('other', '标签');
    const consumer = desk.consumer({ tag });
    const message = await takeOne(consumer);
    assert.equal(message.MessageBody, 'wanted');
    assert.equal(message.MessageTag, tag);
    await ack(consumer, message);
    await assertEmpty(consumer);
  },

  async batch_of_16(desk) {
    const sent = [];
    for (let n = 0; n < 17; n += 1) {
      sent.push((await desk.publish(`message ${n}`)).MessageId);
    }
    assert.equal(new Set(sent).size, 17);
    const consumer = desk.consumer();
    const batch = await take(consumer, 16);
    assert.equal(batch.length, 16);
    const [last] = await take(consumer, 16);
    assert.deepEqual([...batch, last].map((message) => message.MessageId).sort(), sent.sort());
    await ack(consumer, ...batch);
    await ack(consumer, last);
    await assertEmpty(consumer);
    await assertRefused(consumer.consumeMessage(17), 'InvalidArgument', 400);
  },

  async long_poll_wakes_up(desk) {
    const polling = desk.consumer().consumeMessage(1, LONG_POLL_SECS).then(
      (reply) => ({ reply, at: performance.now() }),
      (error) => ({ error, at: performance.now() }),
    );
    // A full round trip on another connection gives the long poll time to be in place.
    await assertEmpty(desk.consumer({ suffix: '-other' }));
    const receipt = await desk.publish('wake up');
    const published = performance.now();
    const { reply, error, at } = await polling;
    assert.ifError(error);
    assert.equal(reply.body[0].MessageId, receipt.MessageId);
    assert.ok(at - published < 10_000, `${at - published} ms after the publish`);
    await ack(desk.consumer(), ...reply.body);
  },

  async empty_poll(desk) {
    const consumer = desk.consumer();
    await assertEmpty(consumer);
    const started = performance.now();
    await assertEmpty(consumer, 1);
    const waited = performance.now() - started;
    assert.ok(waited >= 900, `answered after ${waited} ms, asked to wait for 1 s`);
  },

  async groups_are_independent(desk) {
    const receipt = await desk.publish('for everyone');
    for (const suffix of ['-first', '-second']) {
      const consumer = desk.consumer({ suffix });
      const message = await takeOne(consumer);
      assert.equal(message.MessageId, receipt.MessageId);
      assert.equal(number(message.ConsumedTimes), 1);
      await ack(consumer, message);
      await assertEmpty(consumer);
    }
  },

  async one_consumer_at_a_time(desk) {
    await desk.publish('only once');
    const polls = await Promise.allSettled([0, 1, 2].map(() => desk.consumer().consumeMessage(1, 0)));
    const answered = polls.filter((poll) => poll.status === 'fulfilled');
    const refused = polls.filter((poll) => poll.status === 'rejected').map((poll) => poll.reason.Code);
    assert.equal(answered.length, 1);
    assert.deepEqual(refused, ['MessageNotExist', 'MessageNotExist']);
    await ack(desk.consumer(), ...answered[0].value.body);
  },

  async second_ack(desk) {
    await desk.publish('once');
    const consumer = desk.consumer();
    const { ReceiptHandle: handle } = await takeOne(consumer);
    assertDone(await consumer.ackMessage([handle]));
    assertHandlesRefused(await consumer.ackMessage([handle]), { [handle]: 'MessageNotExist' });
  },

  async bad_handle(desk) {
    await desk.publish('still there');
    const reply = await desk.consumer().ackMessage(['not-a-handle']);
    assertHandlesRefused(reply, { 'not-a-handle': 'ReceiptHandleError' });
    await takeOne(desk.consumer());
  },

  async partial_ack(desk) {
    await desk.publish('acked');
    const consumer = desk.consumer();
    const { ReceiptHandle: good } = await takeOne(consumer);
    const reply = await consumer.ackMessage(['not-a-handle', good]);
    assertHandlesRefused(reply, { 'not-a-handle': 'ReceiptHandleError' });
    // The good one counted: its handle is used up.
    assertHandlesRefused(await consumer.ackMessage([good]), { [good]: 'MessageNotExist' });
    await assertEmpty(consumer);
  },

  async ack_of_nothing(desk) {
    await desk.publish('so that the topic exists');
    await assertRefused(desk.consumer().ackMessage([]), 'MissingReceiptHandle', 400);
  },

  async wrong_access_key(desk) {
    const client = new MQClient(ENDPOINT, `${ACCESS_KEY}-unknown`, SECRET_KEY);
    await assertRefused(desk.producer(client).publishMessage('x'), 'InvalidAccessKeyId', 403);
    await assertRefused(desk.consumer({ client }).consumeMessage(1), 'InvalidAccessKeyId', 403);
    await assertRefused(desk.consumer({ client }).ackMessage(['x']), 'InvalidAccessKeyId', 403);
    await assertEmpty(desk.consumer());
  },

  async wrong_secret(desk) {
    const client = new MQClient(ENDPOINT, ACCESS_KEY, `${SECRET_KEY}-wrong`);
    await assertRefused(desk.producer(client).publishMessage('x'), 'SignatureDoesNotMatch', 403);
    await assertRefused(desk.consumer({ client }).consumeMessage(1), 'SignatureDoesNotMatch', 403);
    await assertRefused(desk.consumer({ client }).ackMessage(['x']), 'SignatureDoesNotMatch', 403);
    await assertEmpty(desk.consumer());
  },

  async security_token(desk) {
    const client = new MQClient(ENDPOINT, ACCESS_KEY, SECRET_KEY, 'an-sts-token/with+signs==');
    const receipt = await desk.publish('by token', undefined, undefined, desk.producer(client));
    const consumer = desk.consumer({ client });
    const message = await takeOne(consumer);
    assert.equal(message.MessageId, receipt.MessageId);
    await ack(consumer, message);
    await assertEmpty(consumer);
  },

  async instance(desk) {
    const producer = desk.client.getProducer('MQ_INST_42', desk.topic);
    const consumer = desk.client.getConsumer('MQ_INST_42', desk.topic, desk.group(), 'TagA');
    const receipt = await desk.publish('in an instance', 'TagA', undefined, producer);
    const message = await takeOne(consumer);
    assert.equal(message.MessageId, receipt.MessageId);
    await ack(consumer, message);
    await assertEmpty(consumer);
  },

  async ordered(desk) {
    const inShard = (key) => properties((p) => p.shardingKey(key));
    for (const body of ['a1', 'a2', 'a3', 'a4']) {
      await desk.publish(body, undefined, inShard('shard-a'));
    }
    const consumer = desk.consumer();
    const next = async (batch, waitSecs) => take(consumer, batch, waitSecs, 'consumeMessageOrderly');
    const bodies = (messages) => messages.map((message) => message.MessageBody);

    const first = await next(1);
    assert.deepEqual(bodies(first), ['a1']);
    assert.equal(first[0].ShardingKey, 'shard-a');
    // Nothing more of this shard before the ack.
    await assertEmpty(consumer, 0, 'consumeMessageOrderly');
    // Another shard isn't held up by it.
    await desk.publish('b1', undefined, inShard('shard-b'));
    const other = await next(16);
    assert.deepEqual(bodies(other), ['b1']);
    await ack(consumer, ...first, ...other);

    const pair = await next(2);
    assert.deepEqual(bodies(pair), ['a2', 'a3']);
    await ack(consumer, pair[0]);
    await assertEmpty(consumer, 0, 'consumeMessageOrderly');
    await ack(consumer, pair[1]);
    const last = await next(16);
    assert.deepEqual(bodies(last), ['a4']);
    await ack(consumer, ...last);
    await assertEmpty(consumer, 0, 'consumeMessageOrderly');
  },

  async half_commit(desk) {
    const producer = desk.transProducer();
    const half = await desk.publish('half', 'TagA', properties((p) => p.transCheckImmunityTime(10)), producer);
    assert.ok(half.ReceiptHandle, 'a half message comes with a handle');
    const consumer = desk.consumer();
    await assertEmpty(consumer);
    assertDone(await producer.commit(half.ReceiptHandle));
    const message = await takeOne(consumer);
    assert.equal(message.MessageId, half.MessageId);
    assert.equal(message.MessageBody, 'half');
    assert.equal(message.MessageTag, 'TagA');
    assert.equal(number(message.ConsumedTimes), 1);
    await ack(consumer, message);
    assertHandlesRefused(await producer.commit(half.ReceiptHandle), { [half.ReceiptHandle]: 'MessageNotExist' });
    assertHandlesRefused(await producer.commit('not-a-handle'), { 'not-a-handle': 'ReceiptHandleError' });
    await assertEmpty(consumer);
  },

  async whole_message_has_no_handle(desk) {
    const receipt = await desk.publish('whole');
    assert.equal(receipt.ReceiptHandle, undefined);
  },

  async half_rollback_and_check(desk) {
    const producer = desk.transProducer();
    const half = (body) => desk.publish(body, undefined, properties((p) => p.transCheckImmunityTime(10)), producer);
    const check = (waitSecs) => take(producer, 16, waitSecs, 'consumeHalfMessage');

    const started = performance.now();
    const dropped = await half('dropped');
    const kept = await half('kept');
    assertDone(await producer.rollback(dropped.ReceiptHandle));
    await assertEmpty(producer, 0, 'consumeHalfMessage');

    // The dropped one would have come up first: it isn't there.
    const checked = await check(LONG_POLL_SECS);
    assert.deepEqual(checked.map((message) => message.MessageBody), ['kept']);
    const waited = performance.now() - started;
    assert.ok(waited >= 9_900, `handed out for its check after ${waited} ms, not 10 s`);
    const [message] = checked;
    assert.equal(message.MessageId, kept.MessageId);
    assert.notEqual(message.ReceiptHandle, kept.ReceiptHandle);
    // From then on only the fresh handle decides.
    assertHandlesRefused(await producer.commit(kept.ReceiptHandle), { [kept.ReceiptHandle]: 'MessageNotExist' });

    const consumer = desk.consumer();
    await assertEmpty(consumer);
    assertDone(await producer.commit(message.ReceiptHandle));
    const arrived = await takeOne(consumer);
    assert.equal(arrived.MessageId, kept.MessageId);
    await ack(consumer, arrived);
    await assertEmpty(consumer);
    await assertEmpty(producer, 0, 'consumeHalfMessage');
  },
};

// ---- cases that also use the command line of mqscope ---------------------------------------

const withCommandLine = {
  async from_mqscope(desk) {
    // The command line can send a CR and "]]>", which this SDK can't: it has to read them.
    const body = 'CR\r\nLF\n\tTab ]]> <![CDATA[ &amp; 你好 😀';
    const sent = JSON.parse(
      await mqscope(
        ['publish', ...place(desk), '--tag', 'TagA', '--key', 'k-1', '--property', 'from=命令行', '-'],
        body,
      ),
    );
    const consumer = desk.consumer({ tag: 'TagA' });
    const message = await takeOne(consumer);
    assert.equal(message.MessageId, sent.message_id);
    assert.equal(message.MessageBodyMD5, sent.body_md5);
    assert.equal(message.MessageBody, body);
    assert.equal(message.MessageKey, 'k-1');
    assert.deepEqual(message.Properties, { from: '命令行' });
    await ack(consumer, message);
  },

  async to_mqscope(desk) {
    const body = '你好 😀 <&>"\'\n\tend';
    const receipt = await desk.publish(body, 'TagA', properties((p) => {
      p.messageKey('k-2');
      p.putProperty('from', '节点');
    }));
    const options = ['--group', desk.group(), '--wait', `${LONG_POLL_SECS}s`, '--max', '1'];
    const line = await mqscope(['consume', ...place(desk), ...options]);
    const message = JSON.parse(line);
    assert.equal(message.message_id, receipt.MessageId);
    assert.equal(message.body, body);
    assert.equal(message.tag, 'TagA');
    assert.equal(message.key, 'k-2');
    assert.equal(message.properties.from, '节点');
    // A handle that one client was given acks from another.
    assertDone(await desk.consumer().ackMessage([message.receipt_handle]));
    await assertEmpty(desk.consumer());
  },
};

// ---- cases for a broker with a short invisible time ----------------------------------------

const short = {
  async redelivery(desk) {
    await desk.publish('again');
    const consumer = desk.consumer();
    const first = await takeOne(consumer);
    await assertEmpty(consumer);
    const second = await takeOne(consumer);
    assert.equal(second.MessageId, first.MessageId);
    assert.equal(second.MessageBody, 'again');
    assert.equal(number(first.ConsumedTimes), 1);
    assert.equal(number(second.ConsumedTimes), 2);
    assert.notEqual(second.ReceiptHandle, first.ReceiptHandle);
    assert.equal(second.FirstConsumeTime, first.FirstConsumeTime);
    assert.equal(second.PublishTime, first.PublishTime);
    const invisible = number(second.NextConsumeTime) - number(first.NextConsumeTime);
    assert.ok(invisible >= INVISIBLE_MS, `the second delivery ends ${invisible} ms after the first`);
    await ack(consumer, second);
    // Acked: it doesn't come back, not even after its invisible time.
    await assertEmpty(consumer, Math.ceil(INVISIBLE_MS / 1000) + 1);
  },

  async late_ack(desk) {
    await desk.publish('too slow');
    const consumer = desk.consumer();
    const first = await takeOne(consumer);
    const second = await takeOne(consumer);
    assertHandlesRefused(await consumer.ackMessage([first.ReceiptHandle]), {
      [first.ReceiptHandle]: 'MessageNotExist',
    });
    await ack(consumer, second);
    await assertEmpty(consumer);
  },

  async expired_handle(desk) {
    await desk.publish('nobody asks again');
    const consumer = desk.consumer();
    const message = await takeOne(consumer);
    // A long poll of a group that has nothing to wait for lets the invisible time pass.
    const idle = desk.client.getConsumer(INSTANCE, desk.topic, desk.group('-idle'), 'no-such-tag');
    await assertEmpty(idle, Math.ceil(INVISIBLE_MS / 1000) + 1);
    assertHandlesRefused(await consumer.ackMessage([message.ReceiptHandle]), {
      [message.ReceiptHandle]: 'MessageNotExist',
    });
  },

  async ordered_redelivery(desk) {
    for (const body of ['1', '2']) {
      await desk.publish(body, undefined, properties((p) => p.shardingKey('s')));
    }
    const consumer = desk.consumer();
    const first = await takeOne(consumer, LONG_POLL_SECS, 'consumeMessageOrderly');
    const again = await takeOne(consumer, LONG_POLL_SECS, 'consumeMessageOrderly');
    assert.equal(again.MessageBody, '1');
    assert.equal(again.MessageId, first.MessageId);
    assert.notEqual(again.ReceiptHandle, first.ReceiptHandle);
    assert.equal(number(again.ConsumedTimes), 2);
    await ack(consumer, again);
    const next = await takeOne(consumer, LONG_POLL_SECS, 'consumeMessageOrderly');
    assert.equal(next.MessageBody, '2');
    await ack(consumer, next);
  },
};

// ---- cases for a broker whose messages die after two deliveries ----------------------------

/** The one dead letter of the desk's group, as a group of its own reads it. */
async function takeDeadLetter(desk) {
  const letters = `%DLQ%${desk.group()}`;
  const consumer = desk.client.getConsumer(INSTANCE, letters, desk.group('-undertaker'));
  const letter = await takeOne(consumer);
  await ack(consumer, letter);
  return letter;
}

const mortal = {
  async dead_letter(desk) {
    const receipt = await desk.publish('poison', 'TagA', properties((p) => {
      p.messageKey('k');
      p.putProperty('a', 'b');
    }));
    const consumer = desk.consumer();
    for (const times of [1, 2]) {
      assert.equal(number((await takeOne(consumer)).ConsumedTimes), times);
    }
    const letter = await takeDeadLetter(desk);
    assert.equal(letter.MessageId, receipt.MessageId);
    assert.equal(letter.MessageBody, 'poison');
    assert.equal(letter.MessageTag, 'TagA');
    assert.equal(letter.MessageKey, 'k');
    assert.deepEqual(letter.Properties, { a: 'b' });
    assert.equal(number(letter.ConsumedTimes), 1);
    await assertEmpty(consumer);
  },

  async ordered_dead_letter(desk) {
    for (const body of ['1', '2']) {
      await desk.publish(body, undefined, properties((p) => p.shardingKey('s')));
    }
    const consumer = desk.consumer();
    for (const body of ['1', '1', '2']) {
      const message = await takeOne(consumer, LONG_POLL_SECS, 'consumeMessageOrderly');
      assert.equal(message.MessageBody, body);
    }
    assert.equal((await takeDeadLetter(desk)).MessageBody, '1');
  },
};

// ---- running them --------------------------------------------------------------------------

const suites = { standard: { ...standard, ...(MQSCOPE ? withCommandLine : {}) }, short, mortal };
const cases = { ...standard, ...withCommandLine, ...short, ...mortal };
const asked = process.argv.length > 2 ? process.argv.slice(2) : ['standard'];
const names = asked.flatMap((name) => (suites[name] ? Object.keys(suites[name]) : [name]));
const unknown = names.filter((name) => !cases[name]);
if (unknown.length > 0) {
  console.error(`no such case: ${unknown.join(', ')}; there are ${Object.keys(cases).join(', ')}`);
  process.exit(2);
}

const results = await Promise.all(
  names.map(async (name) => {
    const line = { case: name, ok: true, detail: '' };
    try {
      await cases[name](new Desk(name));
    } catch (error) {
      line.ok = false;
      line.detail = String(error.stack ?? error);
    }
    console.log(JSON.stringify(line));
    return line.ok;
  }),
);
process.exit(results.every(Boolean) ? 0 : 1);
