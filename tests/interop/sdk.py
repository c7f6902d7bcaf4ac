# The official Python SDK (mq_http_sdk), unmodified, as a client of a broker.
#
#   python3 sdk.py [standard | short | mortal | CASE…]
#
# Prints one line of JSON per case and exits with 1 when a case failed. Every case has a topic and
# a client of its own (one client isn't made for several threads), so all of them run at the same
# time: most of the run is long polls that wait.
#
# Environment: SDK_DIR (where pip installed the SDK), ENDPOINT, ACCESS_KEY, SECRET_KEY,
# INSTANCE (optional), MQSCOPE (optional: the binary, for the cases that use its command line),
# INVISIBLE_MS (what the broker was started with; the suites `short` and `mortal` need a few
# seconds at most, and `mortal` a broker whose messages die after two deliveries).

import hashlib
import json
import logging
import math
import os
import re
import subprocess
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor


def need(name):
    value = os.environ.get(name)
    if not value:
        sys.exit(f"{name} is not set")
    return value


sys.path.insert(0, need("SDK_DIR"))
from mq_http_sdk.mq_client import MQClient  # noqa: E402
from mq_http_sdk.mq_exception import MQServerException  # noqa: E402
from mq_http_sdk.mq_producer import TopicMessage  # noqa: E402

ENDPOINT = need("ENDPOINT")
ACCESS_KEY = need("ACCESS_KEY")
SECRET_KEY = need("SECRET_KEY")
INSTANCE = os.environ.get("INSTANCE", "")
MQSCOPE = os.environ.get("MQSCOPE", "")
INVISIBLE_MS = int(os.environ.get("INVISIBLE_MS", 300_000))

# Names of this run only, so that a broker which is already in use can be tested too.
RUN = format(int(time.time() * 1000), "x")
# Long enough for a busy machine, well under the 60 s after which this SDK gives up.
LONG_POLL_SECS = 20


# ---- what the cases are written in -----------------------------------------------------------


def check(condition, why):
    """An assertion that `python3 -O` keeps."""
    if not condition:
        raise AssertionError(why)


def equal(actual, expected, what=""):
    check(actual == expected, f"{what}: {actual!r} instead of {expected!r}")


class Statuses(logging.Handler):
    """Reads the HTTP status from the SDK's own log: its exceptions leave it out."""

    def __init__(self):
        super().__init__()
        self.last = None

    def emit(self, record):
        found = re.match(r"GetResponse Status: (\d+)", record.getMessage())
        if found:
            self.last = int(found.group(1))


class Desk:
    """One case's topic with whatever of the SDK it needs."""

    def __init__(self, name):
        self.name = name
        self.topic = f"python-{name}-{RUN}"
        self.statuses = Statuses()
        self.client = self.new_client()

    def new_client(self, access_key=ACCESS_KEY, secret_key=SECRET_KEY, token=""):
        logger = logging.Logger(self.name, logging.DEBUG)
        logger.addHandler(self.statuses)
        return MQClient(ENDPOINT, access_key, secret_key, token, logger=logger)

    def group(self, suffix=""):
        return f"GID-{self.name}{suffix}-{RUN}"

    def producer(self, client=None):
        return (client or self.client).get_producer(INSTANCE, self.topic)

    def trans_producer(self):
        return self.client.get_trans_producer(INSTANCE, self.topic, self.group("-producer"))

    def consumer(self, suffix="", tag="", client=None):
        return (client or self.client).get_consumer(INSTANCE, self.topic, self.group(suffix), tag)

    def publish(self, body, tag="", fill=None, producer=None):
        """Publishes and checks the receipt, which every success has to look like."""
        message = TopicMessage(body, tag)
        if fill:
            fill(message)
        receipt = (producer or self.producer()).publish_message(message)
        equal(self.statuses.last, 201, "status")
        check(receipt.message_id, "a receipt names the message")
        equal(receipt.message_body_md5, md5(body), "checksum in the receipt")
        return receipt

    def refused(self, code, status, request, *args):
        """The exception of a request that has to be refused."""
        try:
            reply = request(*args)
        except MQServerException as refusal:
            equal(refusal.type, code, f"refused with {refusal.message}")
            equal(self.statuses.last, status, "status")
            return refusal
        raise AssertionError(f"expected {code}, got {reply!r}")

    def assert_empty(self, consumer, wait_secs=-1):
        refusal = self.refused("MessageNotExist", 404, consumer.consume_message, 16, wait_secs)
        check(refusal.req_id, "a refusal names its request")

    def assert_empty_orderly(self, consumer):
        self.refused("MessageNotExist", 404, consumer.consume_message_orderly, 16)

    def assert_no_half(self, producer):
        self.refused("MessageNotExist", 404, producer.consume_half_message, 16)

    def ack(self, consumer, *messages):
        consumer.ack_message([message.receipt_handle for message in messages])
        equal(self.statuses.last, 204, "status")

    def handles_refused(self, expected, request, *args):
        """An ack that was refused for exactly these handles: `{handle: code}`."""
        refusal = self.refused(next(iter(expected.values())), 404, request, *args)
        check(refusal.sub_errors is not None, f"no list of refused handles: {refusal}")
        check(all(error["ErrorMessage"] for error in refusal.sub_errors), "every refused handle says why")
        equal(
            [(error["ReceiptHandle"], error["ErrorCode"]) for error in refusal.sub_errors],
            list(expected.items()),
            "refused handles",
        )


def md5(text):
    return hashlib.md5(text.encode("utf-8")).hexdigest().upper()


def now_ms():
    return int(time.time() * 1000)


def take(consumer, batch=1, wait_secs=LONG_POLL_SECS, how="consume_message"):
    messages = getattr(consumer, how)(batch, wait_secs)
    check(1 <= len(messages) <= batch, f"{len(messages)} of {batch}")
    return messages


def take_one(consumer, wait_secs=LONG_POLL_SECS, how="consume_message"):
    return take(consumer, 1, wait_secs, how)[0]


def take_all(consumer, count):
    """Takes exactly `count` messages, however many polls the broker needs for them."""
    messages = []
    while len(messages) < count:
        messages += take(consumer, count - len(messages))
    return messages


def bodies(messages):
    return [message.message_body for message in messages]


def mqscope(args, text=None):
    """Runs the command line of the binary under test and gives its standard output."""
    environment = {**os.environ, "MQSCOPE_ACCESS_KEY": ACCESS_KEY, "MQSCOPE_SECRET_KEY": SECRET_KEY}
    done = subprocess.run(
        [MQSCOPE, *args],
        input=(text or "").encode("utf-8"),
        capture_output=True,
        env=environment,
        check=False,
    )
    check(
        done.returncode == 0,
        f"mqscope {args[0]} exited with {done.returncode}: {done.stderr.decode('utf-8', 'replace')}",
    )
    return done.stdout.decode("utf-8")


def place(desk):
    instance = ["--instance", INSTANCE] if INSTANCE else []
    return ["--endpoint", ENDPOINT, *instance, "--topic", desk.topic]


# ---- cases for any broker --------------------------------------------------------------------


def plain(desk):
    consumer = desk.consumer()
    before = now_ms()
    receipt = desk.publish("hello")
    message = take_one(consumer)
    after = now_ms()

    equal(message.message_id, receipt.message_id, "id")
    equal(message.message_body, "hello", "body")
    equal(message.message_body_md5, md5("hello"), "checksum")
    equal(message.consumed_times, 1, "consumed times")
    check(message.receipt_handle, "a delivery has a handle")
    times = (before, message.publish_time, message.first_consume_time, after)
    check(list(times) == sorted(times), f"out of order: {times}")
    invisible = message.next_consume_time - message.first_consume_time
    check(abs(invisible - INVISIBLE_MS) <= 1000, f"invisible for {invisible} ms")

    desk.assert_empty(consumer)
    desk.ack(consumer, message)
    desk.assert_empty(consumer)


def tag_key_properties(desk):
    def fill(message):
        message.set_message_key("order-42")
        message.put_property("region", "ap-guangzhou")
        message.put_property("颜色", "红 色")
        message.put_property("formula", "a=b;c,d+e%20/?#")

    desk.publish('{"n":1}', "TagA", fill)
    consumer = desk.consumer()
    message = take_one(consumer)
    equal(message.message_tag, "TagA", "tag")
    equal(message.get_message_key(), "order-42", "key")
    equal(
        message.properties,
        {"KEYS": "order-42", "region": "ap-guangzhou", "颜色": "红 色", "formula": "a=b;c,d+e%20/?#"},
        "properties",
    )
    desk.ack(consumer, message)


def body_characters(desk):
    body = "你好，世界 😀👩‍👩‍👧 <a href=\"x\">&amp; 'quoted'</a> ]]> <![CDATA[ é \u00a0 end"
    desk.publish(body)
    consumer = desk.consumer()
    message = take_one(consumer)
    equal(message.message_body, body, "body")
    equal(message.message_body_md5, md5(body), "checksum")
    desk.ack(consumer, message)


def white_space(desk):
    body = "  two spaces\n\n\tand a tab \n"
    desk.publish(body)
    consumer = desk.consumer()
    message = take_one(consumer)
    equal(message.message_body, body, "body")
    desk.ack(consumer, message)


def carriage_return(desk):
    # This SDK writes a bare CR into the XML, where it means a line feed to any XML parser: what
    # arrives is what the broker read, and its checksum is of that.
    receipt = desk.producer().publish_message(TopicMessage("one\r\ntwo\rthree"))
    consumer = desk.consumer()
    message = take_one(consumer)
    equal(message.message_body, "one\ntwo\nthree", "body")
    equal(message.message_body_md5, md5("one\ntwo\nthree"), "checksum")
    equal(receipt.message_body_md5, md5("one\ntwo\nthree"), "checksum in the receipt")
    desk.ack(consumer, message)


def large_body(desk):
    body = "é中😀<&>\n0123456789" * 12_000
    desk.publish(body)
    consumer = desk.consumer()
    message = take_one(consumer)
    # Not equal(): its message would hold both bodies.
    check(message.message_body == body, f"{len(message.message_body)} of {len(body)} characters arrived")
    desk.ack(consumer, message)


def timed(desk):
    due = now_ms() + 2000
    receipt = desk.publish("later", "Timed", lambda message: message.set_start_deliver_time(due))
    consumer = desk.consumer()
    desk.assert_empty(consumer)
    message = take_one(consumer)
    equal(message.message_id, receipt.message_id, "id")
    equal(message.get_start_deliver_time(), due, "start deliver time")
    check(message.first_consume_time >= due, f"{message.first_consume_time} is before {due}")
    desk.ack(consumer, message)


def timed_in_the_past(desk):
    past = now_ms() - 60_000
    receipt = desk.publish("now", "Timed", lambda message: message.set_start_deliver_time(past))
    consumer = desk.consumer()
    message = take_one(consumer, -1)
    equal(message.message_id, receipt.message_id, "id")
    desk.ack(consumer, message)


def tag_filter(desk):
    for tag in ("TagA", "TagB", "TagC"):
        desk.publish(f"for {tag}", tag)
    desk.publish("without a tag")

    def taken_with(suffix, tag, count):
        consumer = desk.consumer(suffix, tag)
        messages = take_all(consumer, count)
        desk.ack(consumer, *messages)
        desk.assert_empty(consumer)
        return sorted(bodies(messages))

    everything = ["for TagA", "for TagB", "for TagC", "without a tag"]
    equal(taken_with("-either", "TagA||TagB", 2), ["for TagA", "for TagB"], "either tag")
    equal(taken_with("-one", "TagC", 1), ["for TagC"], "one tag")
    equal(taken_with("-star", "*", 4), everything, "star")
    equal(taken_with("-none", "", 4), everything, "no filter")
    desk.assert_empty(desk.consumer("-missing", "TagD"))


def tag_characters(desk):
    tag = "标签 1*(~)"
    desk.publish("wanted", tag)
    desk.publish("other", "标签")
    consumer = desk.consumer(tag=tag)
    message = take_one(consumer)
    equal(message.message_body, "wanted", "body")
    equal(message.message_tag, tag, "tag")
    desk.ack(consumer, message)
    desk.assert_empty(consumer)


def batch_of_16(desk):
    sent = [desk.publish(f"message {n}").message_id for n in range(17)]
    equal(len(set(sent)), 17, "different ids")
    consumer = desk.consumer()
    batch = take(consumer, 16)
    equal(len(batch), 16, "batch")
    last = take(consumer, 16)
    equal(sorted(message.message_id for message in batch + last), sorted(sent), "ids")
    desk.ack(consumer, *batch)
    desk.ack(consumer, *last)
    desk.assert_empty(consumer)
    desk.refused("InvalidArgument", 400, consumer.consume_message, 17)


def long_poll_wakes_up(desk):
    answer = {}

    def poll():
        # A client of its own: one client is one connection.
        try:
            answer["messages"] = take(desk.consumer(client=desk.new_client()), 1)
        except Exception as error:
            answer["error"] = error
        answer["at"] = time.monotonic()

    polling = threading.Thread(target=poll)
    polling.start()
    # A full round trip on another connection gives the long poll time to be in place.
    desk.assert_empty(desk.consumer("-other"))
    message = TopicMessage("wake up")
    receipt = desk.producer().publish_message(message)
    published = time.monotonic()
    polling.join()
    check("error" not in answer, f"the poll failed: {answer.get('error')}")
    equal(answer["messages"][0].message_id, receipt.message_id, "id")
    took = answer["at"] - published
    check(took < 10, f"{took} s after the publish")
    desk.ack(desk.consumer(), *answer["messages"])


def empty_poll(desk):
    consumer = desk.consumer()
    desk.assert_empty(consumer)
    started = time.monotonic()
    desk.assert_empty(consumer, 1)
    waited = time.monotonic() - started
    check(waited >= 0.9, f"answered after {waited} s, asked to wait for 1 s")


def groups_are_independent(desk):
    receipt = desk.publish("for everyone")
    for suffix in ("-first", "-second"):
        consumer = desk.consumer(suffix)
        message = take_one(consumer)
        equal(message.message_id, receipt.message_id, "id")
        equal(message.consumed_times, 1, "consumed times")
        desk.ack(consumer, message)
        desk.assert_empty(consumer)


def one_consumer_at_a_time(desk):
    desk.publish("only once")

    def poll(_):
        try:
            return desk.consumer(client=desk.new_client()).consume_message(1)
        except MQServerException as refusal:
            return refusal.type

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(poll, range(3)))
    taken = [answer for answer in answers if isinstance(answer, list)]
    equal(len(taken), 1, f"polls that got it, of {answers}")
    equal(answers.count("MessageNotExist"), 2, f"empty polls, of {answers}")
    desk.ack(desk.consumer(), *taken[0])


def second_ack(desk):
    desk.publish("once")
    consumer = desk.consumer()
    message = take_one(consumer)
    desk.ack(consumer, message)
    handle = message.receipt_handle
    desk.handles_refused({handle: "MessageNotExist"}, consumer.ack_message, [handle])


def bad_handle(desk):
    desk.publish("still there")
    consumer = desk.consumer()
    desk.handles_refused({"not-a-handle": "ReceiptHandleError"}, consumer.ack_message, ["not-a-handle"])
    equal(take_one(consumer).message_body, "still there", "body")


def partial_ack(desk):
    desk.publish("acked")
    consumer = desk.consumer()
    good = take_one(consumer).receipt_handle
    desk.handles_refused({"not-a-handle": "ReceiptHandleError"}, consumer.ack_message, ["not-a-handle", good])
    # The good one counted: its handle is used up.
    desk.handles_refused({good: "MessageNotExist"}, consumer.ack_message, [good])
    desk.assert_empty(consumer)


def ack_of_nothing(desk):
    desk.publish("so that the topic exists")
    desk.refused("MissingReceiptHandle", 400, desk.consumer().ack_message, [])


def wrong_access_key(desk):
    client = desk.new_client(access_key=ACCESS_KEY + "-unknown")
    desk.refused("InvalidAccessKeyId", 403, desk.producer(client).publish_message, TopicMessage("x"))
    desk.refused("InvalidAccessKeyId", 403, desk.consumer(client=client).consume_message, 1)
    desk.refused("InvalidAccessKeyId", 403, desk.consumer(client=client).ack_message, ["x"])
    desk.assert_empty(desk.consumer())


def wrong_secret(desk):
    client = desk.new_client(secret_key=SECRET_KEY + "-wrong")
    desk.refused("SignatureDoesNotMatch", 403, desk.producer(client).publish_message, TopicMessage("x"))
    desk.refused("SignatureDoesNotMatch", 403, desk.consumer(client=client).consume_message, 1)
    desk.refused("SignatureDoesNotMatch", 403, desk.consumer(client=client).ack_message, ["x"])
    desk.assert_empty(desk.consumer())


def security_token(desk):
    client = desk.new_client(token="an-sts-token/with+signs==")
    receipt = desk.publish("by token", producer=desk.producer(client))
    consumer = desk.consumer(client=client)
    message = take_one(consumer)
    equal(message.message_id, receipt.message_id, "id")
    desk.ack(consumer, message)
    desk.assert_empty(consumer)


def instance(desk):
    producer = desk.client.get_producer("MQ_INST_42", desk.topic)
    consumer = desk.client.get_consumer("MQ_INST_42", desk.topic, desk.group(), "TagA")
    receipt = desk.publish("in an instance", "TagA", producer=producer)
    message = take_one(consumer)
    equal(message.message_id, receipt.message_id, "id")
    desk.ack(consumer, message)
    desk.assert_empty(consumer)


def ordered(desk):
    for body in ("a1", "a2", "a3", "a4"):
        desk.publish(body, fill=lambda message: message.set_sharding_key("shard-a"))
    consumer = desk.consumer()

    def following(batch):
        return take(consumer, batch, how="consume_message_orderly")

    first = following(1)
    equal(bodies(first), ["a1"], "first")
    equal(first[0].get_sharding_key(), "shard-a", "sharding key")
    # Nothing more of this shard before the ack.
    desk.assert_empty_orderly(consumer)
    # Another shard isn't held up by it.
    desk.publish("b1", fill=lambda message: message.set_sharding_key("shard-b"))
    other = following(16)
    equal(bodies(other), ["b1"], "other shard")
    desk.ack(consumer, *first, *other)

    pair = following(2)
    equal(bodies(pair), ["a2", "a3"], "pair")
    desk.ack(consumer, pair[0])
    desk.assert_empty_orderly(consumer)
    desk.ack(consumer, pair[1])
    last = following(16)
    equal(bodies(last), ["a4"], "last")
    desk.ack(consumer, *last)
    desk.assert_empty_orderly(consumer)


def half_commit(desk):
    producer = desk.trans_producer()
    half = desk.publish("half", "TagA", lambda m: m.set_trans_check_immunity_time(10), producer)
    check(half.receipt_handle, "a half message comes with a handle")
    consumer = desk.consumer()
    desk.assert_empty(consumer)
    producer.commit(half.receipt_handle)
    equal(desk.statuses.last, 204, "status")
    message = take_one(consumer)
    equal(message.message_id, half.message_id, "id")
    equal(message.message_body, "half", "body")
    equal(message.message_tag, "TagA", "tag")
    equal(message.consumed_times, 1, "consumed times")
    desk.ack(consumer, message)
    desk.handles_refused({half.receipt_handle: "MessageNotExist"}, producer.commit, half.receipt_handle)
    desk.handles_refused({"not-a-handle": "ReceiptHandleError"}, producer.commit, "not-a-handle")
    desk.assert_empty(consumer)


def whole_message_has_no_handle(desk):
    equal(desk.publish("whole").receipt_handle, "", "handle")


def half_rollback_and_check(desk):
    producer = desk.trans_producer()

    def half(body):
        return desk.publish(body, fill=lambda m: m.set_trans_check_immunity_time(10), producer=producer)

    started = time.monotonic()
    dropped = half("dropped")
    kept = half("kept")
    producer.rollback(dropped.receipt_handle)
    equal(desk.statuses.last, 204, "status")
    desk.assert_no_half(producer)

    # The dropped one would have come up first: it isn't there.
    checked = take(producer, 16, how="consume_half_message")
    equal(bodies(checked), ["kept"], "handed out for the check")
    waited = time.monotonic() - started
    check(waited >= 9.9, f"handed out for its check after {waited} s, not 10 s")
    message = checked[0]
    equal(message.message_id, kept.message_id, "id")
    check(message.receipt_handle != kept.receipt_handle, "the check has a handle of its own")
    # From then on only the fresh handle decides.
    desk.handles_refused({kept.receipt_handle: "MessageNotExist"}, producer.commit, kept.receipt_handle)

    consumer = desk.consumer()
    desk.assert_empty(consumer)
    producer.commit(message.receipt_handle)
    equal(desk.statuses.last, 204, "status")
    arrived = take_one(consumer)
    equal(arrived.message_id, kept.message_id, "id")
    desk.ack(consumer, arrived)
    desk.assert_empty(consumer)
    desk.assert_no_half(producer)


# ---- cases that also use the command line of mqscope -----------------------------------------


def from_mqscope(desk):
    # The command line can send a CR, which this SDK can't: it has to read one.
    body = "CR\r\nLF\n\tTab ]]> <![CDATA[ &amp; 你好 😀"
    options = ["--tag", "TagA", "--key", "k-1", "--property", "from=命令行", "-"]
    sent = json.loads(mqscope(["publish", *place(desk), *options], body))
    consumer = desk.consumer(tag="TagA")
    message = take_one(consumer)
    equal(message.message_id, sent["message_id"], "id")
    equal(message.message_body_md5, sent["body_md5"], "checksum")
    equal(message.message_body, body, "body")
    equal(message.properties, {"KEYS": "k-1", "from": "命令行"}, "properties")
    desk.ack(consumer, message)


def to_mqscope(desk):
    body = "你好 😀 <&>\"'\n\tend"

    def fill(message):
        message.set_message_key("k-2")
        message.put_property("from", "蟒蛇")

    receipt = desk.publish(body, "TagA", fill)
    options = ["--group", desk.group(), "--wait", f"{LONG_POLL_SECS}s", "--max", "1"]
    message = json.loads(mqscope(["consume", *place(desk), *options]))
    equal(message["message_id"], receipt.message_id, "id")
    equal(message["body"], body, "body")
    equal(message["tag"], "TagA", "tag")
    equal(message["key"], "k-2", "key")
    equal(message["properties"]["from"], "蟒蛇", "property")
    # A handle that one client was given acks from another.
    desk.consumer().ack_message([message["receipt_handle"]])
    desk.assert_empty(desk.consumer())


# ---- cases for a broker with a short invisible time ------------------------------------------


def redelivery(desk):
    desk.publish("again")
    consumer = desk.consumer()
    first = take_one(consumer)
    desk.assert_empty(consumer)
    second = take_one(consumer)
    equal(second.message_id, first.message_id, "id")
    equal(second.message_body, "again", "body")
    equal((first.consumed_times, second.consumed_times), (1, 2), "consumed times")
    check(second.receipt_handle != first.receipt_handle, "a new delivery has a new handle")
    equal(second.first_consume_time, first.first_consume_time, "first consume time")
    equal(second.publish_time, first.publish_time, "publish time")
    invisible = second.next_consume_time - first.next_consume_time
    check(invisible >= INVISIBLE_MS, f"the second delivery ends {invisible} ms after the first")
    desk.ack(consumer, second)
    # Acked: it doesn't come back, not even after its invisible time.
    desk.assert_empty(consumer, math.ceil(INVISIBLE_MS / 1000) + 1)


def late_ack(desk):
    desk.publish("too slow")
    consumer = desk.consumer()
    first = take_one(consumer)
    second = take_one(consumer)
    handle = first.receipt_handle
    desk.handles_refused({handle: "MessageNotExist"}, consumer.ack_message, [handle])
    desk.ack(consumer, second)
    desk.assert_empty(consumer)


def expired_handle(desk):
    desk.publish("nobody asks again")
    consumer = desk.consumer()
    handle = take_one(consumer).receipt_handle
    # A long poll of a group that has nothing to wait for lets the invisible time pass.
    desk.assert_empty(desk.consumer("-idle", "no-such-tag"), math.ceil(INVISIBLE_MS / 1000) + 1)
    desk.handles_refused({handle: "MessageNotExist"}, consumer.ack_message, [handle])


def ordered_redelivery(desk):
    for body in ("1", "2"):
        desk.publish(body, fill=lambda message: message.set_sharding_key("s"))
    consumer = desk.consumer()
    first = take_one(consumer, how="consume_message_orderly")
    again = take_one(consumer, how="consume_message_orderly")
    equal(again.message_body, "1", "body")
    equal(again.message_id, first.message_id, "id")
    check(again.receipt_handle != first.receipt_handle, "a new delivery has a new handle")
    equal(again.consumed_times, 2, "consumed times")
    desk.ack(consumer, again)
    following = take_one(consumer, how="consume_message_orderly")
    equal(following.message_body, "2", "body")
    desk.ack(consumer, following)


# ---- cases for a broker whose messages die after two deliveries -------------------------------


def take_dead_letter(desk):
    """The one dead letter of the desk's group, as a group of its own reads it."""
    letters = f"%DLQ%{desk.group()}"
    consumer = desk.client.get_consumer(INSTANCE, letters, desk.group("-undertaker"))
    letter = take_one(consumer)
    desk.ack(consumer, letter)
    return letter


def dead_letter(desk):
    def fill(message):
        message.set_message_key("k")
        message.put_property("a", "b")

    receipt = desk.publish("poison", "TagA", fill)
    consumer = desk.consumer()
    for times in (1, 2):
        equal(take_one(consumer).consumed_times, times, "consumed times")
    letter = take_dead_letter(desk)
    equal(letter.message_id, receipt.message_id, "id")
    equal(letter.message_body, "poison", "body")
    equal(letter.message_tag, "TagA", "tag")
    equal(letter.get_message_key(), "k", "key")
    equal(letter.properties.get("a"), "b", "property")
    equal(letter.consumed_times, 1, "consumed times of the letter")
    desk.assert_empty(consumer)


def ordered_dead_letter(desk):
    for body in ("1", "2"):
        desk.publish(body, fill=lambda message: message.set_sharding_key("s"))
    consumer = desk.consumer()
    for body in ("1", "1", "2"):
        message = take_one(consumer, how="consume_message_orderly")
        equal(message.message_body, body, "body")
    equal(take_dead_letter(desk).message_body, "1", "body of the letter")


# ---- running them ----------------------------------------------------------------------------

STANDARD = [
    plain,
    tag_key_properties,
    body_characters,
    white_space,
    carriage_return,
    large_body,
    timed,
    timed_in_the_past,
    tag_filter,
    tag_characters,
    batch_of_16,
    long_poll_wakes_up,
    empty_poll,
    groups_are_independent,
    one_consumer_at_a_time,
    second_ack,
    bad_handle,
    partial_ack,
    ack_of_nothing,
    wrong_access_key,
    wrong_secret,
    security_token,
    instance,
    ordered,
    half_commit,
    whole_message_has_no_handle,
    half_rollback_and_check,
]
WITH_COMMAND_LINE = [from_mqscope, to_mqscope]
SHORT = [redelivery, late_ack, expired_handle, ordered_redelivery]
MORTAL = [dead_letter, ordered_dead_letter]


def run(case):
    line = {"case": case.__name__, "ok": True, "detail": ""}
    try:
        case(Desk(case.__name__))
    except Exception:
        line["ok"] = False
        line["detail"] = traceback.format_exc()
    # One write, so that lines of several threads don't mix.
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    return line["ok"]


def main():
    suites = {
        "standard": STANDARD + (WITH_COMMAND_LINE if MQSCOPE else []),
        "short": SHORT,
        "mortal": MORTAL,
    }
    by_name = {case.__name__: case for case in STANDARD + WITH_COMMAND_LINE + SHORT + MORTAL}
    chosen = []
    for name in sys.argv[1:] or ["standard"]:
        if name in suites:
            chosen += suites[name]
        elif name in by_name:
            chosen.append(by_name[name])
        else:
            sys.exit(f"no such case: {name}; there are {', '.join(by_name)}")
    with ThreadPoolExecutor(len(chosen)) as pool:
        results = list(pool.map(run, chosen))
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
