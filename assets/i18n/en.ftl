# Words of the interface in English. Sentence case, no trailing period or colon, verbs on
# buttons, "…" when more input follows. Every key is also in zh-CN.ftl, with the same variables.

## Language

language-name = English
theme-dark = Dark theme
theme-light = Light theme

## Fields

field-topic = Topic
field-group = Consumer group
field-instance = Instance ID
field-tag = Tag
field-key = Key
field-body = Body
field-sharding-key = Sharding key
field-batch = Batch
field-wait = Wait

## Time since

age-seconds = { $n } s
age-minutes = { $n } min
age-hours = { $n } h
age-days = { $n } d

## Connections

connections-title = Connections
connection-add = + Add connection…
connection-use = Use { $name }
connection-edit = Edit { $name }…
connection-idle = not connected
connection-in-use = consuming
connection-read-only = read-only
sandbox-name = Local sandbox
sandbox-starting = starting
sandbox-running = running · { $addr }
sandbox-failed = not running
sandbox-other-instance = Clients use this topic with instance { $instance }. To look into it, add a connection to the sandbox with that instance ID

## The form of a connection

connection-new-title = New connection
connection-edit-title = Edit connection
kind-tdmq = Tencent TDMQ
kind-aliyun = Aliyun
kind-sandbox = Sandbox
connection-name = Name
connection-endpoint = HTTP endpoint
connection-endpoint-where = The HTTP access address of the console, not the TCP one
connection-topic = Default topic
connection-group = Default consumer group
connection-proxy = HTTP proxy (optional)
connection-ca = CA certificate file (optional)
connection-password-not-kept = The password in this URL is not written to disk: it lasts until mqscope closes
connection-lock = Read-only: refuse to publish and to ack
connection-not-saved = Not saved: { $why }
keys-ak-tdmq = Access key (AK) – the role's key
keys-sk-tdmq = Secret key (SK) – the role's name
keys-ak-aliyun = AccessKey ID
keys-sk-aliyun = AccessKey Secret
keys-ak-sandbox = Access key – by default sandbox
keys-sk-sandbox = Secret key – by default sandbox-secret
keys-token = STS token (optional)
keys-where = Kept in the keyring of this system, nowhere else
keys-in-keyring = Keys are in the keyring; leave empty to keep them
keys-session-only = Keys are kept until mqscope closes, as there is no keyring: { $why }
keys-unreadable = The keyring cannot be read: { $why }
color-green = Green
color-blue = Blue
color-amber = Amber
color-red = Red
color-purple = Purple
color-grey = Grey
save = Save
cancel = Cancel
delete = Delete…
delete-sure = Delete it and its keys

## Publish

publish-title = Publish
publish-button = Publish
publish-pending = Publishing…
publish-more = Sharding key…
published = ✓ Published { $id } in { $ms } ms
deliver-title = Deliver
deliver-now = Now
deliver-after = After…
deliver-at = At…
deliver-after-name = Delay
deliver-at-name = Delivery time
properties-title = Properties
properties-none = none
property-key = Key of property { $n }
property-value = Value of property { $n }
property-remove = Remove property { $n }
property-add = + Add property
body-format = Format
body-json = ✓ Valid JSON · { $size } · every SDK can read it
body-text = ✓ Text · { $size } · every SDK can read it

## What is wrong with a field

problem-name-empty = Fill in the { $what }
problem-name-long = The { $what } has { $len } characters, at most { $max } are allowed
problem-name-character = The { $what } cannot hold { $found }; use letters, digits, - _ and %
problem-body-empty = Write a body
problem-body-large = The body has { $bytes } bytes, at most { $max } are allowed
problem-not-xml = Character { $at } is { $code }, which XML cannot carry; send it encoded, for example as base64
problem-tag-long = The tag has { $len } characters, at most { $max } are allowed
problem-tag-bars = No filter can match a tag with two bars in it
problem-blank-ends = Begins or ends with a blank
problem-forbidden = Cannot hold { $found }; none of " ' & < > : and the bar can stand here
problem-property-no-key = Give this property a key
problem-property-reserved = This key belongs to the protocol; use the field for it
problem-property-twice = The same key stands above; readers see only one of them
problem-delay = Write a delay such as 10s, 5m or 1h 30m
problem-delay-long = At most { $days } days ahead are allowed here
problem-delay-past = This time is past, so it is delivered at once
problem-time = Write a time such as 2026-12-01 15:04 or 2026-12-01T15:04:00+08:00
problem-ordered = This server does not serve ordered messages over HTTP
problem-half = This server does not serve half messages over HTTP
problem-check = The first check after { $secs } s is outside 10 to 300 s
problem-connection-name = Give the connection a name
problem-endpoint = Write it as http://host:port
problem-endpoint-scheme = An endpoint begins with http:// or https://
problem-endpoint-keys = Leave user and password out; keys have their own fields
problem-endpoint-path = Leave out what stands behind host and port
problem-instance = An instance ID holds no blanks
problem-half-keys = Give AK and SK, with the token if there is one; or leave all empty to keep what is stored
keys-missing = There are no keys yet; they go to the keyring of this system, nowhere else
delivery-likely = { $at } acked, most likely: the first answer was lost
notice-keys-left = The connection is removed, but its keys may still be in the keyring
notice-keys-left-next = Remove the entry mqscope with the tool of your keyring
notice-not-published-next = Nothing was published; the form keeps what you typed

## Consume views

view-title = Consume { $topic } · { $group }
view-new = New consume view
view-close = Close this view
view-close-sure = Close it with { $n } still held
connection-busy = A consume view uses this connection
connection-busy-next = Stop the view, and ack its messages or wait until they return
view-start = Start
view-stop = Stop
view-stopping = Stopping…
view-stopping-why = The poll in flight finishes first, so that no message is lost to sight
ack-selected = Ack selected ({ $n })
banner-consumes = Looking consumes: these messages are held by { $group } until you ack them or they return
banner-held = You hold { $n }
banner-held-until = You hold { $n }, next returns in { $left }
banner-retry = Next try in { $left }
empty-stopped = Not consuming
empty-stopped-next = Choose topic and group above, then press Start
empty-waiting = Waiting for messages
empty-waiting-next = Publish one, or point an SDK at this endpoint
empty-failing = Cannot consume
empty-failing-next = It is tried again by itself; the banner above says what to do
column-returns = Returns in
column-id = Message ID
column-tag = Tag
column-key = Key
column-times = ×
column-age = Age
column-body = Body
column-ack = Ack
select-all = Select all
select-row = Select { $id }
state-acking = Acking…
state-acked = Acked
state-returned = Returned
state-refused = Ack refused
state-unknown-lease = return time unknown
ack = Ack
ack-row = Ack { $id }
ack-too-late = Too late: the message is visible again, so this handle cannot ack it. It comes back with a new handle
ack-refused = The server refused this handle; the details say why

## Details

details-empty = Click a message to see its body, deliveries and properties
details-deliveries = Deliveries
details-message = Message
details-damaged = This message was damaged on its way: { $why }
details-raw = Raw XML
delivery-title = Delivery { $n }
delivery-title-unknown = Delivery
delivery-consumed = { $at } consumed
delivery-acked = { $at } acked
delivery-acking = acking…
delivery-refused = ack refused: { $code }
delivery-refused-next = Ack before the countdown ends, with the handle of the newest delivery
delivery-returned = { $at } returned unacked
delivery-held = held until { $at }
delivery-superseded = superseded by a newer delivery
delivery-unknown = return time unreadable
look-json = JSON
look-text = Text
look-not-json = not JSON, shown as it is
md5-good = ✓ MD5
md5-bad = ⚠ MD5 differs
copy-body = Copy body
copy-id = Copy ID
body-cut = The first { $shown } of { $all }
body-show-all = Show all
fact-id = ID
fact-published = Published
fact-first = First consumed
fact-times = Deliveries
fact-tag = Tag
fact-md5 = MD5

## Notices

notices-title = Notices
notices-count = Notices { $n }
notices-none = Nothing happened that you should know
notices-clear = Clear
notice-config-damaged = The settings could not be read. They are kept as { $path }
notice-config-unreadable = The settings in { $path } could not be read
notice-config-damaged-next = mqscope starts without connections; repair the file and start again, or add them anew
notice-config-not-written = The settings could not be written
notice-config-not-written-next = Check the space and the rights of the settings folder; what you changed holds until mqscope closes
notice-port-taken = Another program listens on { $wished }, so the sandbox took { $addr }
notice-port-taken-next = Point your SDKs at the new address, or end the other program and start mqscope again
notice-sandbox-in-memory = The sandbox forgets its messages when mqscope closes: its file cannot be used
notice-sandbox-in-memory-next = Do what the details say, then start mqscope again
notice-sandbox-failed = The sandbox is not running
notice-sandbox-failed-next = Connections to servers work all the same; start mqscope again to try once more
notice-damaged = { $count } damaged messages came in
notice-damaged-next = They are listed with what is left of them and can be acked if their handle was readable
notice-no-keyring = The keys are kept until mqscope closes: there is no keyring here
notice-no-keyring-next = Install and unlock one (gnome-keyring, KWallet), then save the connection again
notice-read-only = This connection is read-only
notice-read-only-next = Lift the lock in the connection's form to publish or ack

## What went wrong, and what to do

trouble-connect = Cannot connect to { $endpoint }
trouble-connect-next = Check host and port: is it the HTTP endpoint, not the TCP one, and is a proxy needed
trouble-tls = The TLS connection to { $endpoint } failed
trouble-tls-next = Add the CA certificate of this server to the connection
trouble-timeout = { $endpoint } did not answer in time
trouble-timeout-next = Check the network, then try again
trouble-interrupted = The connection to { $endpoint } broke
trouble-interrupted-next = Try again
trouble-unknown-outcome-next = The message may have been stored: look for it before you publish it again
trouble-protocol = { $endpoint } does not speak the RocketMQ HTTP protocol
trouble-protocol-next = Use the HTTP endpoint of the console; TCP endpoints and web pages do not work
trouble-damaged = The answer of { $endpoint } could not be read
trouble-damaged-next = Try again; if it stays so, something between changes the answers
trouble-settings = The connection is not set up right
trouble-settings-next = Open the connection's form and correct it
trouble-no-keys = There are no keys for this connection
trouble-no-keys-next = Open the connection's form and paste access key and secret key
trouble-keyring = The keyring could not be read
trouble-keyring-next = Unlock the keyring, or paste the keys in the connection's form
trouble-sandbox-down = The sandbox is not running
trouble-sandbox-down-next = Start mqscope again, or choose another connection
trouble-busy = mqscope is too busy to take this on
trouble-busy-next = Wait a moment, then try again
fault-signature = The signature does not match
fault-signature-next = Check that AK and SK are not swapped and have no blanks at their ends, and that the clock is right
fault-access-key = The access key is not known
fault-access-key-next = Check the access key and that it belongs to this instance; on TDMQ it is the role's key
fault-denied = These keys may not do this here
fault-denied-next = Grant the role access to this topic and group in the console; a group is HTTP or TCP, never both
fault-topic = There is no such topic
fault-topic-next = Create the topic in the console, or check its name and the instance ID
fault-clock = The clocks differ too much
fault-clock-next = Set the clock of this machine: it is more than 15 minutes off the server’s
fault-handle = Not a receipt handle
fault-handle-next = Ack with the handle that the consume gave, unchanged
fault-qps = Too many requests a second
fault-qps-next = Slow down, or raise the limit in the console
fault-late-ack = The ack came too late
fault-late-ack-next = The message comes back with a new handle: ack that one before its countdown ends
fault-argument = The server refuses a value of this request
fault-argument-next = The detail names the value
fault-server = The server failed
fault-server-next = Try again; if it stays so, give the request ID to the vendor
fault-other = The server refused the request
fault-other-next = The detail is the server's own word

## Status line

status-sandbox-starting = Sandbox starting
status-sandbox-running = Sandbox http://{ $addr }
status-sandbox-failed = Sandbox not running
status-counts = { $received } received · { $acked } acked
status-evicted = { $n } old messages let go to save memory
