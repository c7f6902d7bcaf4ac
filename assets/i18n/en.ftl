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
field-kind = Deliveries
field-connection = Connection
kind-plain = As they come
kind-ordered = In order
kind-half-check = Half messages to check

## Time since

age-seconds = { $n } s
age-minutes = { $n } min
age-hours = { $n } h
age-days = { $n } d
time-now = just now
time-ago = { $age } ago
time-ahead = in { $age }

## Settings

settings-title = Settings
action-settings = Open the settings
action-settings-file = Open the settings file
settings-reset = Reset { $name }
settings-system = System
settings-looks = Appearance
settings-theme = Theme
settings-dark = Dark
settings-light = Light
settings-language = Language
settings-density = Density
settings-density-why = How close together rows lie
settings-comfortable = Comfortable
settings-compact = Compact
settings-motion = Motion
settings-motion-why = Whether new rows fade in
settings-motion-full = Full
settings-motion-reduced = Reduced
settings-times = Times
settings-zone = Time zone
settings-zone-why = Times are shown in it, and read in it where they are typed
settings-zone-local = Local
settings-zone-place = Other zone
settings-zone-unknown = There is no such place in the list of time zones
settings-format = Format
settings-format-absolute = Time of day
settings-format-absolute-why = The date too where it is another day; all of it when you point at it
settings-format-full = Full
settings-format-full-why = Date, milliseconds and offset, to compare with the logs of servers
settings-format-relative = Relative
settings-format-relative-why = How long ago; all of it when you point at it
settings-views = Live views
settings-memory = Memory
settings-memory-why = What the messages of all views may take, { $used } now; the oldest that nobody holds go first
settings-batch = Batch
settings-batch-why = Messages of one poll that a new view begins with
settings-wait = Wait
settings-wait-why = How long a poll of a new view waits for a message
settings-connections = Connections
settings-proxy = Proxy
settings-proxy-why = For connections without one of their own; not used for servers on this machine
settings-proxy-none = None
settings-proxy-address = Address
settings-proxy-wrong = An HTTP proxy looks like http://host:3128
settings-ask = Ask before
settings-ask-why = What cannot be taken back is asked about first
settings-ask-ack-many = Acking more than 16 messages at once outside the sandbox
settings-ask-production = Publishing to a connection that is marked red
settings-ask-publish-many = Publishing many messages outside the sandbox
settings-ask-replay = Replaying messages outside the sandbox
settings-ask-resend = Sending dead letters again, where it is known where to
settings-ask-destroy = Deleting or emptying topics and groups of a sandbox, or starting it anew without its messages
settings-ask-close-view = Closing a view that holds messages
settings-ask-quit = Closing the window while messages are held or work goes on
settings-ask-clear-history = Clearing the history
settings-ask-delete-connection = Deleting a connection and its keys
settings-ask-all = Ask about everything again
settings-open-file = Open settings file
settings-copy-path = Copy the path of the settings file
settings-file-why = It can be edited by hand: mqscope reads it again as soon as it is saved, and keeps your comments
settings-unknown-more =
    { $n ->
        [one] And 1 more name that means nothing
       *[other] And { $n } more names that mean nothing
    }
settings-not-kept = This system has no place for settings; they hold until mqscope closes
notice-settings-broken = The settings file has a mistake in line { $line }, column { $column }
notice-settings-unreadable = The settings file cannot be read
notice-settings-broken-next = Mend it there; it is read again as soon as it is saved. Until then the previous settings stay, and mqscope writes nothing to it
notice-settings-unknown = No setting is called “{ $name }”: line { $line }, column { $column } of the settings file
notice-settings-unknown-nearest = No setting is called “{ $name }”, did you mean “{ $nearest }”? Line { $line }, column { $column } of the settings file
notice-settings-unknown-next = Everything else in the file holds, and the line stays as it is
notice-settings-wait = What you changed is not written yet: the settings file has a mistake
notice-settings-wait-next = It holds already, and is written as soon as the file can be read again
notice-settings-not-opened = The settings file could not be opened
notice-settings-not-opened-next = Open it in an editor; the settings show its path

## Questions before something is done

ask-never-again = Do not ask this again
ask-never-again-why = The settings can have it asked again
ask-ack = Ack { $n } messages of { $connection }
ask-commit = Commit { $n } half messages of { $connection }
ask-rollback = Roll back { $n } half messages of { $connection }
ask-ack-what = This is not a sandbox, and it cannot be taken back
ask-ack-yes = Ack them
ask-commit-yes = Commit them
ask-rollback-yes = Roll them back

## Actions: the command palette, the help, menus and tooltips

action-palette = Command palette
action-help = Keyboard shortcuts
action-guide = User guide
action-troubleshooting = Troubleshooting
action-switch-theme = Switch between dark and light
action-switch-language = Switch to 中文
action-zoom-in = Zoom in
action-zoom-out = Zoom out
action-zoom-reset = Reset zoom
action-add-connection = Add connection…
action-edit-connection = Edit this connection…
action-open-file = Open file…
action-quit = Quit
action-next-panel = Next panel
action-previous-panel = Previous panel
action-toggle-side = Show or hide connections
action-toggle-form = Publish form beside the views or as a tab
action-toggle-drawer = Open or close the drawer
action-show-notices = Show notices
action-show-halves = Show half messages
action-show-history = Show the history of what was published
action-show-traffic = Show the traffic
action-show-plots = Show the plots
action-show-sandbox = Show the inside of the sandbox
action-next-tab = Next tab
action-previous-tab = Previous tab
action-tab = Show tab { $n }
action-tabs = Show a tab by its number
action-grow-panel = Make this panel larger
action-shrink-panel = Make this panel smaller
action-move-tab-left = Move the tab to the left
action-move-tab-right = Move the tab to the right
action-split-tab = Put the view beside the others
action-join-tabs = Put all views into one row of tabs
action-start = Start consuming
action-stop = Stop consuming
action-pause = Pause consuming
action-resume = Resume consuming
action-auto-ack = Auto-ack on or off
action-next-row = Next row
action-previous-row = Previous row
action-page-down = One page down
action-page-up = One page up
action-first-row = First row
action-last-row = Last row
action-extend-down = Select down to the next row
action-extend-up = Select up to the previous row
action-select = Select or deselect the row
action-select-all = Select all that is shown
action-select-none = Clear the selection
action-ack = Ack the selected rows, or this one
action-commit = Commit the selected half messages, or this one
action-roll-back = Roll back the selected half messages, or this one
action-pin = Pin the row on top, or unpin it
action-row-menu = Menu of the row
action-details = Go to the details
action-filter = Filter the table
action-clear-filter = Clear the filter
action-newest = Jump to the newest row
action-select-body = Select the whole body
action-back-to-table = Back to the table
action-publish-form = Go to the publish form
action-publish-many = Publish many times…
action-publish-file = Publish from a file…
action-format-body = Format the body
action-add-property = Add a property
action-column-left = Move this column left
action-column-right = Move this column right
action-column-narrower = Make this column narrower
action-column-wider = Make this column wider
action-edge-left = Move the edge left
action-edge-right = Move the edge right
action-edge-up = Move the edge up
action-edge-down = Move the edge down
action-edge-least = As small as it gets
action-edge-most = As large as it gets
action-list-next = Next line
action-list-previous = Previous line
action-list-first = First line
action-list-last = Last line
action-fold = Fold, or go to what holds it
action-unfold = Unfold, or go into it
action-toggle-fold = Open or fold
action-dialog-main = Do what the dialog is for
action-confirm = Confirm
action-close-dialog = Close
key-ctrl = Ctrl
key-cmd = Cmd
key-alt = Alt
key-option = Option
key-shift = Shift
key-enter = Enter
key-space = Space
key-tab = Tab
key-home = Home
key-end = End
key-menu = Menu
key-escape = Esc
key-page-up = Page Up
key-page-down = Page Down
key-arrow-up = Up arrow
key-arrow-down = Down arrow
key-arrow-left = Left arrow
key-arrow-right = Right arrow
key-plus = Plus
key-minus = Minus
key-comma = Comma
key-slash = Slash
key-question-mark = Question mark
place-window = Window
place-panels = Panels
place-views = Views
place-table = Table
place-columns = Column heads
place-details = Details
place-publish = Publish
place-edges = Edges of panels
place-lists = Lists and trees
place-dialogs = Dialogs
palette-hint = Search actions, views, connections, topics…
palette-list = What can be done
palette-nothing = Nothing is called that
palette-keys = ↑↓ choose · Enter run · Esc close
palette-count =
    { $n ->
        [one] 1 match
       *[other] { $n } matches
    }
palette-view = View
palette-connection = Connection
palette-topic = Topic
palette-group = Group
palette-publish-to = Publish to { $topic }
palette-consume = Consume { $topic } as { $group }
help-what = Keys without Ctrl work while no field has the cursor
table-name = Messages
reason-no-panel = The keyboard is in no panel that has a size of its own
reason-narrow = The window is too narrow for the form beside the views
reason-no-tab = There is no such tab
reason-one-tab = There is only one tab
reason-sandbox = The local sandbox has no settings
reason-sandbox-runs = The sandbox runs already
reason-read-only = This connection is read-only
reason-publishing = A publish is still going on
reason-in-columns = Works while the head of a column has the keyboard
reason-on-edge = Works while the edge of a panel has the keyboard
reason-in-body = Works while the body has the keyboard
reason-in-list = Works while a list or tree has the keyboard
reason-in-dialog = Works in a dialog
reason-file = This view shows a file
reason-running = It consumes already
reason-stopped = It does not consume
reason-stopping = It is stopping
reason-paused = It is paused already
reason-not-paused = It is not paused
reason-topic = The topic is missing or not valid
reason-group = The consumer group is missing or not valid
reason-last-view = The last view stays open
reason-runs = Stop consuming first
reason-no-letters = This view has no dead letters of its own
reason-no-filter = There is no filter
reason-no-rows = No messages are shown
reason-none-selected = Nothing is selected
reason-no-row = Choose a row first
reason-damaged = The message could not be read
reason-half = Half messages are committed or rolled back
reason-no-half = These are no half messages
reason-acking = Acks are still on their way
reason-acked = It is acked already
reason-returned = It has returned to the group, its handle is dead
reason-cannot-ack = Its last ack was refused, or is on its way

## Connections

connections-title = Connections
topics-of-sandbox = Topics of the sandbox
connection-add = Add connection…
connection-use = Use { $name }
connection-edit = Edit { $name }…
connection-idle = not connected
connection-in-use = consuming
connection-read-only = read-only
sandbox-name = Local sandbox
sandbox-starting = starting
sandbox-running = running · { $addr }
sandbox-failed = not running
sandbox-group-counts = { $ready } ready, { $held } held
sandbox-other-instance = Clients use this topic with instance { $instance }. To look into it, add a connection to the sandbox with that instance ID

## The form of a connection

connection-new-title = New connection
connection-edit-title = Edit connection
kind-tdmq = Tencent TDMQ
kind-aliyun = Aliyun
kind-sandbox = Sandbox
connection-name = Name
connection-endpoint = HTTP endpoint
connection-topic = Default topic
connection-group = Default consumer group
connection-proxy = HTTP proxy (optional)
connection-ca = CA certificate file (optional)
connection-password-not-kept = The password in this URL is not written to disk: it lasts until mqscope closes
connection-lock = Read-only: refuse to publish, to ack and to change anything
connection-not-saved = Not saved: { $why }
keys-ak-tdmq = Access key (AK) – the role’s key
keys-sk-tdmq = Secret key (SK) – the role’s name
keys-ak-aliyun = AccessKey ID
keys-sk-aliyun = AccessKey Secret
keys-ak-sandbox = Access key – sandbox, unless it was set
keys-sk-sandbox = Secret key – sandbox-secret, unless it was set
keys-token = STS token (optional)
keys-admin = Admin token (optional)
keys-where = Kept in the keyring of this system, nowhere else
keys-in-keyring = Keys are in the keyring; leave empty to keep them
keys-session-only = Keys are kept until mqscope closes, as there is no keyring: { $why }
keys-unreadable = The keyring cannot be read: { $why }
connection-color = Colour
color-green = Green
color-blue = Blue
color-amber = Amber
color-red = Red
color-purple = Purple
color-grey = Grey
save = Save
cancel = Cancel
delete = Delete…
delete-sure = Delete { $name } and its keys

## Where the values of a connection stand in the vendors' consoles

hint-endpoint-tdmq = http://rocketmq-xxxx.rocketmq.ap-gz.public.tencenttdmq.com
hint-endpoint-aliyun = http://1234567890.mqrest.cn-hangzhou.aliyuncs.com
where-endpoint-tdmq = TDMQ for RocketMQ console: Cluster Management → cluster ID → Basic Information → Access Information, the HTTP access address
where-endpoint-aliyun = ApsaraMQ for RocketMQ console: Instances → Instance Details → Endpoints, the one for HTTP, http://<account ID>.mqrest.<region>.aliyuncs.com
where-endpoint-sandbox = The address that mqscope sandbox prints, or that the other mqscope shows
where-instance-tdmq = The name of the namespace: cluster details → Namespaces. Leave it empty if there is none
where-instance-aliyun = Instance Details → Instance ID, as MQ_INST_xxxx. Leave it empty for an instance without a namespace
where-keys-tdmq = AK: cluster details → Cluster Permissions, column AccessKey (the role’s key). SK: column SecretKey (the role’s name). Clusters of 4.x: Namespaces → Configure Permissions
where-keys-aliyun = RAM console → Users → the user → Create AccessKey; better that of a RAM user than that of the account
where-token-aliyun = With temporary keys only: SecurityToken in the answer of AssumeRole; it ends with them
where-admin = Opens the control room: what the sandbox was started with as --admin-token
where-topic-tdmq = Cluster details → Topics and Groups. The group must be of the type HTTP: a group is HTTP or TCP, never both
where-topic-aliyun = Instance Details → Topics and Groups. The group must be of the type HTTP: a group is HTTP or TCP, never both
address-aliyun = Aliyun, region { $region }, account { $account }, public network
address-aliyun-private = Aliyun, region { $region }, account { $account }, from inside of its VPC only
address-tdmq = Tencent Cloud TDMQ, region { $region }, public network
address-tdmq-private = Tencent Cloud TDMQ, region { $region }, from inside of its VPC only
doubt-tcp = This port is that of RocketMQ’s own TCP protocol. Look for the HTTP address of the same cluster
doubt-tcp-tdmq = This looks like the TCP address of the cluster. Look for the HTTP access address under Basic Information → Access Information
doubt-tcp-aliyun = This is the TCP endpoint. The HTTP endpoint stands beside it: http://<account ID>.mqrest.<region>.aliyuncs.com
doubt-other-vendor = This address is the other vendor’s
doubt-keys-swapped = The two keys look swapped
doubt-keys-blank = There is a blank inside of a key: was it pasted whole?
save-anyway = Save anyway
checkup-go = Go to { $field }
import-open = Paste an exported profile…
import-what = Text that somebody exported from mqscope, without keys; nothing is saved before you say so
import-text = Exported profile
import-take = Fill in
import-which = There are several. Which one?
import-none = There is no profile in this text
import-damaged = This text cannot be read, from line { $line }, column { $column } on. { $why }
export-profile = Copy as text
export-profile-what = All settings but the keys, for somebody else to paste
connections-none = Only the sandbox so far. Your own clusters will be listed here
empty-sandbox = The sandbox is not running
empty-sandbox-next = The notices say why. Start it again, or work with another connection
sandbox-start = Start the sandbox
empty-add-connection = Add a connection…
empty-keys = This connection has no keys yet
empty-keys-next = Without them every request is refused
empty-keys-add = Add the keys…

## The first minute

first-minute-publish = Publish a message
first-minute-publish-text = The form is filled in: press Publish, or { $keys }
first-minute-publish-tab-text = Open this form, it is filled in. Then press Publish, or { $keys }
first-minute-watch = Watch it arrive, then ack it
first-minute-watch-text = A countdown shows how long it is yours. Ack it before 0:00, or it comes again
first-minute-connect = Bring your own cluster
first-minute-connect-text = When you are ready, add Tencent Cloud TDMQ or Aliyun here
first-minute-close = Got it

## The user guide in the window

guide-search = Search the guide
guide-pages = Pages
guide-hits =
    { $n ->
        [one] 1 match
       *[other] { $n } matches
    }
guide-nothing = Nothing in the guide says that
guide-commands = Commands
guide-copy = Copy the commands
guide-first-minute = The first minute
guide-connect = Reach a cluster
guide-publish = Publish
guide-look = Look into a topic
guide-ack = Ack and dead letters
guide-refused = Why was it refused
guide-testing = Test suites
guide-faults-and-time = Faults and time
guide-scripts = Scripts

## Help

help = Help
help-show-around = Show me around
help-settings-folder = Open the settings folder
help-data-folder = Open the data folder
help-about = About mqscope
about-title = mqscope { $version }
about-what = A desktop inspector for message queues that speak the RocketMQ HTTP protocol, with a sandbox broker inside
about-folders = Folders
about-settings = Settings and connections
about-data = History, sandbox, workspace
about-open-folder = Open
about-licences = Licences
about-show-licence = Show the text
about-hide-licence = Hide the text
about-part-mqscope = mqscope
about-part-inter = Inter
about-part-jetbrains = JetBrains Mono
about-part-noto-sans = Noto Sans SC
about-part-noto-emoji = Noto Emoji
about-part-phosphor = Phosphor Icons
about-close = Close
folder-not-opened = The folder could not be shown
folder-not-opened-next = Open { $path } in your file manager
folder-none-next = Nothing is kept on this machine, so there is no folder

## Sample data in the sandbox

samples = Sample data
samples-what = A small shop: orders, payments, parcels and pictures in topics of their own, with everything that can happen to a message
samples-fill = Fill the sandbox with sample data
samples-refill = Make the sample data anew
samples-remove = Remove the sample data
samples-remove-what = Deletes the topics that begin with shop-, and what came of them; nothing of your own is touched
samples-beginning = Making sample data…
samples-filling = Sample data { $done } of { $total }
samples-stopping = Sample data { $done } of { $total }, stopping…
samples-removing = Removing sample data…
samples-stop = Stop making sample data
samples-filled = Sample data ready: { $n ->
    [one] { $n } message
   *[other] { $n } messages
 } in shop-orders, shop-payments, shop-parcels and shop-media, with a dead letter, a half message and one that nobody could handle
samples-filled-next = A click on a group at the left consumes it. Help → Remove the sample data takes all of it away again
samples-stopped = Stopped after { $n ->
    [one] { $n } message
   *[other] { $n } messages
 } of the sample data
samples-removed = The sample data are gone, with { $n ->
    [one] { $n } topic
   *[other] { $n } topics
 }

## Publish

publish-title = Publish
publish-button = Publish
publish-pending = Publishing…
publish-more = Sharding key…
published = Published { $id } in { $time }
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
property-add = Add property
body-format = Format
body-json = Valid JSON · { $size } · every SDK can read it
body-text = Text · { $size } · every SDK can read it

## A body that is edited in parts

body-part = Part { $n } of { $all }
body-part-why = A long body is edited a part at a time; Ctrl+A selects all of it
body-part-before = Part before this one
body-part-after = Part after this one
body-all = All { $size } are selected: type or paste to replace them
body-checking = Checking…
# Pasted where only one line is meant to be.
paste-too-long = Not pasted: the clipboard holds { $size }, a field like this takes { $most } at most

## Templates of drafts

templates = Templates
templates-search = Search templates
templates-loading = Reading the templates…
templates-none = No templates yet. Save this draft under a name; a slash makes a folder
templates-not-found = No template holds these words
templates-folder = Folder { $path }
templates-load = Load { $path }
templates-rename = Rename or move { $path }
templates-delete = Delete { $path }
templates-new-path = New path
templates-move = Move
templates-save-as = Save this draft as
templates-save = Save
templates-replace = Replace
templates-deleted = Deleted { $path }
templates-undo-delete = Undo delete
problem-template-empty = Write a name, such as orders/paid
problem-template-control = A name cannot hold line breaks or tabs
problem-template-long = At most { $max } characters are allowed
problem-template-taken = Something of that name is there already
problem-template-gone = It is not there any more
notice-templates-damaged = The templates could not be read. They are kept as { $path }
notice-templates-damaged-next = Repair that file and name it templates.toml, or save the drafts anew
notice-templates-not-kept = The templates could not be written
notice-templates-not-kept-next = Check the space and the rights of the data folder; the change holds until mqscope closes

## Variables in a draft

variables = Variables
variables-why = Fill in what stands in double braces in tag, key, properties, sharding key and body; off, it is sent as it stands
variables-asleep = { $variable } is sent as it stands: turn on Variables to fill it in
variables-help = All variables
variables-copy = Copy { $variable }
variables-number = Next number
variable-uuid = A random UUID
variable-now = The time, in UTC
variable-millis = Milliseconds since 1970
variable-seconds = Seconds since 1970
variable-format = The local time, in a format of your own
variable-seq = The number of the message
variable-random = A whole number between two
variable-hex = So many hexadecimal digits
variable-text = So many letters and digits
variable-of = One of these words
variable-env = A variable of the environment
variable-row = A column of the file, from file only
variable-escape = Two braces that are text
preview = Preview
preview-next = Next message
preview-then = Then
preview-more = … and { $n } more characters
problem-variable-unclosed = At { $at }: the braces are not closed; for plain braces write a backslash before them
problem-variable-empty = At { $at }: name a variable between the braces
problem-variable-unknown = At { $at }: there is no variable { $name }; for plain braces write a backslash before them
problem-variable-unknown-like = At { $at }: there is no variable { $name }; did you mean { $like }
problem-variable-usage = At { $at }: write it as { $usage }
problem-variable-time = At { $at }: this is no format of a time: { $why }
problem-variable-secret = At { $at }: { $name } holds a key of mqscope, which no message may carry
problem-variable-environment = At { $at }: there is no environment variable { $name }; set it before mqscope starts
problem-variable-no-row = At { $at }: columns are there only when you publish from a file
problem-variable-column = At { $at }: there is no column { $name }
problem-variable-column-like = At { $at }: there is no column { $name }; did you mean { $like }
problem-unfit = This is no message that could be sent

## Publishing many messages

outbox-repeat = Repeat…
outbox-file = From file…
outbox-repeat-title = Repeat
outbox-file-title = Publish from a file
outbox-once = Publish once
outbox-times = Times
outbox-rate = Per second
outbox-parallel = In parallel
outbox-unlimited = As fast as possible
outbox-stop-at-error = Stop at the first error
outbox-unordered = More than one at a time: their order is not kept
outbox-publish-times = Publish { $n ->
    [one] once
   *[other] { $n } times
}
outbox-file-label = JSONL or CSV file
outbox-file-kind = JSONL, CSV
outbox-lines-messages = Lines are messages
outbox-lines-fill = Lines fill the form
outbox-lines-messages-why = Each line brings body, tag, key, properties, delay or deliver_at, sharding_key; the topic is the one above
outbox-lines-fill-why = Write columns as {"{{row.column}}"} in the form above, with Variables on
outbox-from-line = From line
outbox-look = Check file
outbox-looking = Checking…
outbox-publish-lines = Publish { $n ->
    [one] 1 message
   *[other] { $n } messages
}
outbox-publish-from = Publish from line { $line }
outbox-found-so-far = { $read } of { $size } · { $good } good · { $bad } bad
outbox-found = { $n ->
    [one] 1 message
   *[other] { $n } messages
} · { $kind } · bodies { $bytes }, largest { $largest }
outbox-found-nothing = There are no lines in this file
outbox-bad-lines = { $n ->
    [one] 1 line is no message and will be left out
   *[other] { $n } lines are no messages and will be left out
}
outbox-bad-line = Line { $line }: { $what }
outbox-bad-more = … and { $n } more
outbox-unused = Not used: { $names }
outbox-first-line = First message
outbox-sure-times = Publish { $n } messages to { $connection }
outbox-sure-file = Publish from a file to { $connection }
outbox-sure-what = This is not a sandbox: they go to topic { $topic } at { $endpoint }, and whoever consumes it gets them
outbox-sure-one = Publish a message to { $connection }
outbox-sure-production = This connection is marked as production: the message goes to topic { $topic } at { $endpoint }, and whoever consumes it gets it
outbox-sure-yes-one = Publish it
outbox-sure-yes = Publish them
problem-file = The file cannot be read: { $why }
problem-row-json = Not JSON at character { $at }: { $why }
problem-row-object = Write an object in braces
problem-row-body = There is no body
problem-row-text = { $name } must be text or a number
problem-row-properties = properties must be an object of texts
problem-row-encoding = This is not UTF-8; convert the file, for example with iconv
problem-row-long = The line is longer than { $mb } MB
problem-row-quote = A quote opens and does not close within { $mb } MB; close it or double it
problem-row-cells = { $n } cells under a header of { $expected }
problem-row-header = The first line must name the columns
problem-row-unreadable = Reading ends here: { $why }
run-bar = Progress
run-progress = { $done } of { $total }
run-count = { $done } published
run-rate = { $rate } per second
run-in-flight = { $n } on their way
run-stop = Stop publishing
run-stop-status = Stop the run
run-stopping-why = Those on their way are awaited, so that each is counted
run-status = Publishing to { $connection } · { $progress }
run-done = { $stored } published in { $secs } s
run-done-partly = { $stored } of { $total } published in { $secs } s
run-stopped = Stopped: { $stored } of { $total } published in { $secs } s
run-first-error = Stopped at the first error: { $stored } of { $total } published
run-broken = It could not go on: { $stored } of { $total } published
run-dismiss = Close the summary
run-latency = p50 { $p50 } · p95 { $p95 } · max { $max }
run-kind-failed = { $n } not published: { $what }
run-kind-unknown = { $n } perhaps published: { $what }
run-kind-unfit = { $n } not sent: { $what }
run-samples-messages = Messages { $numbers }
run-samples-lines = Lines { $numbers }
run-resume = Go on from line { $line }…
notice-run-ended = { $stored } messages were published; { $failed } were not, and of { $unknown } nobody knows
notice-run-ended-next = The summary in the publish form says what went wrong

## What is wrong with a field

problem-name-empty = Fill in the { $what ->
    [topic] topic
    [group] consumer group
   *[instance] instance ID
}
problem-name-long = The { $what ->
    [topic] topic
    [group] consumer group
   *[instance] instance ID
} has { $len } characters, at most { $max } are allowed
problem-name-blank = The { $what ->
    [topic] topic
    [group] consumer group
   *[instance] instance ID
} cannot hold blanks; use letters, digits, - _ and %
problem-name-character = The { $what ->
    [topic] topic
    [group] consumer group
   *[instance] instance ID
} cannot hold “{ $found }”; use letters, digits, - _ and %
problem-body-empty = Write a body
problem-body-large = The body has { $bytes } bytes, at most { $max } are allowed
problem-not-xml = Character { $at } is { $code }, which XML cannot carry; send it encoded, for example as base64
problem-tag-long = The tag has { $len } characters, at most { $max } are allowed
problem-tag-bars = No filter can match a tag with two bars in it
problem-blank-ends = { $where ->
    [key] The key
    [sharding-key] The sharding key
    [tag] The tag
    [property] A property
   *[value] The value
} begins or ends with a blank
problem-forbidden = { $where ->
    [key] The key
    [sharding-key] The sharding key
    [tag] The tag
    [property] A property
   *[value] The value
} cannot hold “{ $found }”, nor any other of " ' & < > : |
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
problem-proxy = Write it as http://host:port, or leave it empty
problem-connection-name = Give the connection a name
problem-endpoint = Write it as http://host:port
problem-endpoint-scheme = An endpoint begins with http:// or https://
problem-endpoint-keys = Leave user and password out; keys have their own fields
problem-endpoint-path = Leave out what stands behind host and port
problem-instance = An instance ID holds no blanks
problem-half-keys = Give AK and SK, with the token if there is one; or leave all empty to keep what is stored
keys-unsaved = Not saved yet; saving puts them into the keyring of this system, nowhere else
keys-missing = There are no keys yet; they go to the keyring of this system, nowhere else
delivery-likely = { $at } acked, most likely: the first answer was lost
notice-keys-left = The connection is removed, but its keys may still be in the keyring
notice-keys-left-next = Remove the entry mqscope with the tool of your keyring
notice-not-published-next = Nothing was published; the form keeps what you typed

## Why a signature does not match

cause-missing-authorization = The request has no Authorization header
cause-missing-authorization-fix = Send the header Authorization: MQ {"{"}AccessKeyId{"}"}:{"{"}signature{"}"}
cause-authorization-scheme = The Authorization header begins with “{ $scheme }”, and this protocol knows only “MQ”
cause-authorization-scheme-fix = Write MQ and one blank in front of the AccessKeyId, in capitals: other services of the vendors use other words
cause-authorization-form = The Authorization header is not of the form MQ {"{"}AccessKeyId{"}"}:{"{"}signature{"}"}, or what stands there is no signature
cause-authorization-form-fix = Write MQ, one blank, the AccessKeyId, an ASCII colon and the base64 signature, with no other blanks or quotation marks
cause-missing-date = The request has no Date header
cause-missing-date-fix = Send Date, such as Sun, 22 Nov 2026 10:14:07 GMT, and sign the same text
cause-invalid-date = The Date header “{ $sent }” is not a date of HTTP
cause-invalid-date-fix = Write it in English and in GMT, such as Sun, 22 Nov 2026 10:14:07 GMT, whatever the language of the machine
cause-local-time-as-gmt = The Date is { $hours } hours { $direction ->
    [ahead] ahead
   *[behind] behind
}: it looks like the local time, labelled GMT
cause-local-time-as-gmt-fix = Format the time in UTC: the word GMT at the end does not convert it
cause-clock = The Date is { $minutes } minutes { $direction ->
    [ahead] ahead of
   *[behind] behind
} the server’s time, and at most 15 are allowed
cause-clock-fix = Set the clock of the machine that signs (NTP), and make the Date afresh for every request and every retry
cause-swapped-keys = Access key and secret key are swapped: the secret key is sent as the AccessKeyId, and the access key was used to sign
cause-swapped-keys-fix = Exchange the two settings. On Tencent TDMQ the access key is the role’s key, and the secret key is the role’s name. A secret key that was sent in clear text should be replaced
cause-secret-sent-as-access-key = The secret key is sent as the AccessKeyId; it was used to sign as well
cause-secret-sent-as-access-key-fix = Put the access key where the AccessKeyId belongs, and replace the secret key: it was sent in clear text
cause-white-space-in-access-key = The AccessKeyId holds characters that cannot be seen: { $what }
cause-white-space-in-access-key-fix = Trim the access key where it is read; it was likely pasted, or read from a file with its line break
cause-white-space-in-secret = The secret key was used { $place ->
    [start] with something invisible in front of it ({ $what })
    [end] with something invisible behind it ({ $what })
    [both] with something invisible around it ({ $what })
   *[missing] without the white space that the one given here has
}
cause-white-space-in-secret-fix = Trim the secret key where it is read: files and environment variables often end in a line break, and pasted text in blanks
cause-quoted-secret = Quotation marks or brackets became part of the secret key
cause-quoted-secret-fix = Take them away where the key is configured: not every format (.env, .properties, docker --env-file) strips quotation marks
cause-empty-secret = The request was signed with an empty secret key
cause-empty-secret-fix = Check that the setting or the environment variable of the secret key is there and spelt right
cause-access-key-as-secret = The request was signed with the access key instead of the secret key
cause-access-key-as-secret-fix = Sign with the secret key
cause-token-as-secret = The request was signed with the STS token instead of the secret key
cause-token-as-secret-fix = Sign with the temporary secret key, and send the token in the header security-token
cause-ampersand-secret = The request was signed with “&” behind the secret key, as the RPC APIs of Aliyun want it
cause-ampersand-secret-fix = Sign with the secret key alone
cause-secret-encoding = The secret key was decoded, encoded or changed in case before it signed
cause-secret-encoding-fix = Use the bytes of the secret key as the console shows it
cause-hmac-arguments = Key and text of the HMAC are exchanged
cause-hmac-arguments-fix = The secret key is the key of the HMAC, and the string to sign is its message: check the order of the arguments
cause-sha256 = The signature is made with SHA-256, and this protocol uses SHA-1
cause-sha256-fix = Use HMAC-SHA1
cause-hex-signature = The signature is written in hexadecimal digits
cause-hex-signature-fix = Take the raw 20 bytes of the HMAC and encode them in base64: most libraries give hexadecimal by default
cause-url-encoded-signature = The signature is percent-encoded
cause-url-encoded-signature-fix = Put the base64 text into the header as it is: %2B is “+”, %3D is “=”
cause-base64-variant = The signature is base64 of another kind: the URL alphabet, or without “=” at its end
cause-base64-variant-fix = Use standard base64 with padding
cause-node-quote = The Node SDK signs a quote (') where it sends %27, so no tag with a quote in it ever matches
cause-node-quote-fix = Use a tag without a quote, or patch the SDK to encode it before it signs
cause-node-slashes = The endpoint ends in a slash: the Node SDK then sends //topics and signs ///topics
cause-node-slashes-fix = Take the slash away from the end of the endpoint
cause-content-type-not-signed = Content-Type “{ $sent }” was sent, but the signature is without one
cause-content-type-not-signed-fix = Put the Content-Type into the third line, exactly as it is sent; the HTTP library may have added it by itself
cause-content-type-not-sent = Content-Type “{ $signed }” was signed but not sent
cause-content-type-not-sent-fix = Send it, or leave its line empty: some libraries drop the header when there is no body
cause-content-type-spelling = Content-Type was signed as “{ $signed }” and sent as “{ $sent }”: case, blanks and quotation marks count
cause-content-type-spelling-fix = Sign the very text that is sent; set the header yourself, so that no library or proxy writes it anew
cause-content-type-changed = Content-Type was signed as “{ $signed }” and sent as “{ $sent }”
cause-content-type-changed-fix = Send text/xml and sign the very text that is sent: libraries, proxies and curl -d put in types of their own
cause-content-md5-not-signed = Content-MD5 was sent, but the signature is without it
cause-content-md5-not-signed-fix = Put Content-MD5 into the second line, as it is sent
cause-content-md5-not-sent = Content-MD5 was signed but not sent
cause-content-md5-not-sent-fix = Send the header, or leave the second line empty
cause-content-md5-form = Content-MD5 is the right digest in another form: signed as “{ $signed }”, sent as “{ $sent }”
cause-content-md5-form-fix = Use one form for both: base64 of the lower-case hexadecimal digest, as the official SDKs do
cause-body-changed = Content-MD5 does not fit the body: the body was changed after the digest was made
cause-body-changed-fix = Make the digest of the very bytes that are sent: line breaks, encodings and a byte order mark count. If the body was pasted here, it may have changed on the way
cause-query-order = The query parameters were signed in another order than they were sent in
cause-query-order-fix = Sign the query as it stands on the request line: nothing is sorted in this protocol
cause-query-encoding = The query was signed as “{ $signed }” and sent as “{ $sent }”
cause-query-encoding-fix = Encode first, then sign what is sent: + and %20, raw and escaped characters are not the same here
cause-escape-case = The escapes were signed in another case: %2f is not %2F here
cause-escape-case-fix = Sign the very escapes that are sent; RFC 3986 recommends capitals
cause-empty-parameter = A parameter without a value is only on one side: signed “{ $signed }”, sent “{ $sent }”
cause-empty-parameter-fix = Leave empty parameters out on both sides
cause-query-not-signed = Only the path was signed, without the query
cause-query-not-signed-fix = The last line is path and query, as they stand on the request line
cause-instance-not-signed = The instance (ns) was sent but not signed
cause-instance-not-signed-fix = Put the instance into the query before signing
cause-parameter-not-signed = A parameter was sent but not signed: signed “{ $signed }”, sent “{ $sent }”
cause-parameter-not-signed-fix = Complete the query first, then sign it
cause-path-prefix = What stands in front of /topics differs: signed “{ $signed }”, sent “{ $sent }”
cause-path-prefix-fix = Use the endpoint without a path. A gateway that adds or takes away a path breaks every signature; of the SDKs only Java signs a path in the endpoint
cause-full-url = The whole URL was signed, with its host
cause-full-url-fix = Sign only path and query
cause-trailing-slash = A slash behind the path is only on one side: signed “{ $signed }”, sent “{ $sent }”
cause-trailing-slash-fix = The path ends in /messages, without a slash
cause-leading-slash = The slashes in front of the path differ: signed “{ $signed }”, sent “{ $sent }”
cause-leading-slash-fix = Take the slash away from the end of the endpoint, and sign exactly one in front of topics
cause-path-encoding = The path was signed encoded in another way: signed “{ $signed }”, sent “{ $sent }”
cause-path-encoding-fix = Sign the path as it stands on the request line
cause-header-casing = The x-mq- headers were signed as “{ $signed }”, and not in lower case
cause-header-casing-fix = Write their names in lower case in the string to sign, however they are sent
cause-header-order = The x-mq- headers were not signed sorted by name: “{ $signed }”
cause-header-order-fix = Sort them by their lower-case names
cause-header-blank = A blank was signed behind the colon of the x-mq- headers
cause-header-blank-fix = Write name:value without a blank in the string to sign
cause-mq-header-not-signed = Of the x-mq- headers “{ $sent }” only “{ $signed }” was signed
cause-mq-header-not-signed-fix = Every header that begins with x-mq- has a line in the string to sign
cause-version-not-sent = x-mq-version is missing in the request, though it belongs into the string to sign
cause-version-not-sent-fix = Send x-mq-version: 2015-06-06
cause-security-token-signed = The STS token was signed
cause-security-token-signed-fix = Send the header security-token, but leave it out of the string to sign
cause-method-case = The method was signed as “{ $signed }”
cause-method-case-fix = Write the method in capitals in the string to sign
cause-other-method = The method was signed as “{ $signed }” and sent as “{ $sent }”
cause-other-method-fix = Sign the method of the request: publish is POST, consume GET, ack DELETE
cause-line-ends = The lines of the string to sign do not end in a single LF
cause-line-ends-fix = Join the lines with \n; println and files on Windows write \r\n
cause-literal-newlines = The string to sign holds a backslash and the letter n instead of line breaks
cause-literal-newlines-fix = Use a real line break: in single quotation marks (shell, PHP) \n is two characters; printf or $'…' makes one
cause-empty-lines = A line of the string to sign is missing, or there is one too many
cause-empty-lines-fix = An absent header is an empty line; the resource comes last, with no line break behind it. echo adds one: use printf
cause-field-order = The lines of the string to sign stand in another order
cause-field-order-fix = The order is method, Content-MD5, Content-Type, Date, x-mq- headers, resource
cause-date-form = The date was signed as “{ $signed }” and sent as “{ $sent }”
cause-date-form-fix = Sign the very text of the Date header
cause-date-changed = The Date was written again after signing: signed “{ $signed }”, sent “{ $sent }”
cause-date-changed-fix = Take the time once, and sign anew for every retry; keep libraries and proxies from setting Date
cause-changed-on-the-way = The server saw another request than the one given here; the first difference is in { $part ->
    [method] the method
    [content_md5] Content-MD5
    [content_type] Content-Type
    [date] Date
    [headers] the x-mq- headers
   *[resource] path and query
}
cause-changed-on-the-way-fix = Look for a proxy, a gateway or a library between signing and the server that writes this part anew
cause-other-access-key = The request names another access key than the one given here
cause-other-access-key-fix = Compare with the keys that belong together, and check which configuration the sender reads
cause-server-has-other-secret = The signature fits the secret key given here, but the server refused it: it knows another secret key for this access key
cause-server-has-other-secret-fix = Copy the secret key from the console anew; check that it belongs to this access key, this region and this instance, and that it is not disabled
cause-wrong-secret = { $tried ->
    [yes] Most likely the request was signed with another secret key: no known mistake, nor two together, gives this signature with the key given here
   *[no] The request was signed with another secret key than the server knows
}
cause-wrong-secret-fix = Copy the secret key from the console anew, where it is given to the sender and here. If it is right, compare the string to sign with what the sender signs

## The signature debugger

explain-good = The signature is good
explain-refused = A server refuses this request: { $code }
explain-unknown = Without the secret key the signature cannot be checked; nothing else is wrong for certain
explain-read-as = Read as
explain-form-http = HTTP request
explain-form-curl = curl command
explain-form-quoted = HTTP request, %q (Go)
explain-sent-by = Sent by the official SDK for { $sdk }
explain-string = String to sign
explain-ours = of the request as it was sent
explain-theirs = that was signed instead
explain-theirs-same = It is the one that was signed
explain-theirs-unknown = What was signed instead could not be found out
explain-server = that the server printed
explain-causes = Why, most likely first
explain-proven = proven
explain-likely = likely
explain-possible = possible
explain-together = only together with
explain-fix = What to do
explain-sdks = How the official SDKs sign this call
explain-sdk-target = sends
explain-old = The Date is { $age } old; as of its own time it is right. To judge it by another time, use --at
explain-no-keys = No secret key was given: set MQSCOPE_ACCESS_KEY and MQSCOPE_SECRET_KEY, or use --profile

## The window of the signature debugger

tools = Tools
debugger-open = Signature debugger…
debugger-title = Signature debugger
debugger-request = Request, curl command or log of an SDK
debugger-request-hint = Paste it here, with the answer if you have it
debugger-earlier = Back to what was pasted before
debugger-keys = Keys it should be signed with
debugger-keys-of = Keys of { $name }
debugger-keys-nowhere = No keys
debugger-keys-typed = Keys typed here…
debugger-ak = AccessKeyId
debugger-sk = Secret key
debugger-keys-not-kept = They are used here only, and wiped when this is closed
debugger-just-now = It was sent just now
debugger-just-now-why = Its Date is judged by the clock of this machine; otherwise an old one is no mistake, as logs are read later
debugger-sent-at = Sent at { $at }; its Date is judged by that
debugger-explain = Explain
debugger-pending = Trying the known ways to sign it…
debugger-stale = Changed since; explain it again
debugger-nothing-yet = What is found appears here: why the signature is refused, what was signed instead, and how the official SDKs sign the call. Nothing is sent
debugger-copy-text = Copy as text
debugger-copy-json = Copy as JSON
debugger-copy-string = Copy: { $what }
debugger-no-keys = No secret key was given, so the signature itself was not checked; choose keys for that
debugger-old = The Date is { $age } old; as of its own time it is right
debugger-more-causes = { $n } more
debugger-together = Only together with cause { $place }
debugger-differ = They differ in { $parts }
debugger-sdk-differs = This request differs from it in { $parts }
debugger-read-as = Read as: { $form }
debugger-fix = What to do: { $fix }
debugger-ours = Has to be signed
debugger-theirs = Was signed instead
debugger-server = Signed by the server
debugger-sandbox-signs = Signed by the sandbox
debugger-sdk-same = This SDK would sign exactly what has to be signed here
debugger-sdk-string = Signed by the { $sdk } SDK
debugger-sdk-target = It sends { $target }
debugger-refused = Request that the sandbox refused
debugger-exchange = Request that was sent from here
debugger-request-shown = Request as it was sent
debugger-refused-at = at
debugger-refused-from = from
debugger-refused-cut = The first { $shown } of { $all }
debugger-refused-otherwise = The sandbox refused it for something else: { $code }
debugger-paste-instead = Paste a request instead
debugger-paste-empty = There is nothing to read; paste a request, a curl command or the log of an SDK
debugger-paste-unknown = This is no request that can be read. It begins with a line such as “POST /topics/orders/messages HTTP/1.1”, or is a curl command, or the log of an SDK
debugger-paste-open-quote = The curl command cannot be read: a quotation mark is not closed
debugger-paste-no-url = The curl command has no URL
debugger-paste-url = { $what } is not the URL of a request
debugger-paste-unexpanded = The { $what } header of the curl command is not filled in: run it with -v and paste what that prints, the shell has put the values in there
debugger-paste-incomplete = The log names a { $what }, but it is not complete
part-method = Method
part-date = Date
part-headers = Headers
part-resource = Path and query

## Requests that a sandbox refused

refusals-title = Refused requests
refusals-count = Refused · { $n }
refusals-none = Nothing was refused
refusals-none-next = Requests that any client sends and the sandbox refuses appear here, each explained
refusals-kept = the last { $kept } of { $count }
refusals-clear = Clear
refusals-close = Close refused requests
refusals-at = Time
refusals-code = Code
refusals-request = Request
refusals-client = Client
refusals-request-id = request id
refusals-explain = Explain { $code }: { $request }, { $client }
control-refusals-forgotten = Forgot the refused requests
status-sandbox-refused = { $n } refused
notice-refused = The sandbox refused a request of { $agent }: { $code }
notice-refused-more = The sandbox refused { $n } requests, the last one of { $agent }: { $code }
notice-refused-next = Open the sandbox below and look at “Refused”: it explains each of them

## Consume views

view-title-half = Check halves of { $topic } · { $group }
view-title = Consume { $topic } · { $group }
view-is-running = running
view-is-paused = paused
view-is-stopped = stopped
view-is-failing = failing
view-new = New consume view
view-close = Close this view
tabs-scroll-left = Earlier tabs
tabs-scroll-right = More tabs
view-close-sure = Close it with { $n } still held
connection-busy = A consume view uses this connection
connection-busy-next = Stop the view, and ack its messages or wait until they return
view-start = Start
view-stop = Stop
view-stopping = Stopping…
view-stopping-why = The poll in flight finishes first, so that no message is lost to sight
ack-selected = Ack selected ({ $n })
banner-consumes = Looking consumes: held by { $group } until acked
banner-paused = Paused: what came is held by { $group } until acked
banner-held = You hold { $n }
banner-held-until = You hold { $n }, next returns in { $left }
banner-held-show = Go to the message that returns first
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
ack-this = Ack this one
ack-row = Ack { $id }
ack-too-late = Too late: the message is visible again, so this handle cannot ack it. It comes back with a new handle

## Acking many, and what arrives

acking-progress = Acking { $done } of { $total }
acking-ended = Acked { $acked } of { $total }
acking-failed = { $n } failed
acking-show-failed = Show them
acking-stopped = stopped: { $n } stay selected
acking-gave-up = stopped, as some did not get through: { $n } stay selected
acking-left-out = { $n } left out, as they returned or were taken out before their turn
acking-stop = Stop acking
acking-stop-why = What is on its way finishes; the others stay selected as they are
acking-dismiss = Close this line
acking-busy = Selected messages are being acked already
acking-busy-next = Wait until that is done, or stop it first
auto-ack = Auto-ack
auto-ack-why = Acks every readable message as it arrives: the group never gets it again. Off after a restart
auto-ack-locked = This connection is read-only: nothing is acked here
banner-auto-ack = Auto-ack is on: what arrives is acked at once, and { $group } never gets it again

## How a delivery ended, and what is like it

ending-failed = Ack failed
ending-likely = Likely acked
ending-superseded = Superseded
ending-superseded-why = { $at } it came again before this lease was over: somebody returned it early or reset the group. Only the newest delivery can be acked
ending-late = Ack too late
ending-late-why = { $at } refused, as the lease was over. The message comes back by itself; ack that delivery before its countdown ends
ending-elsewhere = Acked elsewhere
ending-elsewhere-why = { $at } refused with { $left } left: most likely another program has acked this delivery, or the group was reset. Nothing is left to do here
ending-unclear = Late or elsewhere
ending-unclear-why = { $at } refused just as the lease ended: too late, or acked by another program. If the message comes back, it was too late
ending-refused-again = refused for now: { $code } · ack it again
ack-wait = Wait
ack-wait-row = Wait until { $id } comes again
delivery-lease = until { $at }
delivery-no-handle = no readable handle
delivery-copy-handle = Copy handle of delivery { $n }
deliveries-elsewhere = { $here } of { $all } came here; the others went to another consumer or came before this view
deliveries-counts = { $here } deliveries, { $expired } ended without an ack
deliveries-strip = { $n } deliveries from { $from } to { $to }
alike-double = double
alike-double-why = Published twice within a short time, everything the same: a producer that tried again, or two clicks
alike-key = same key
alike-key-why = Another message has the same key: an update, or an order that matters
alike-body = same body
alike-body-why = Another message has the same body, but another key, tag or property, or long apart
alike-show-face = Show it
alike-show = Show it: { $id }
apart-millis = { $n } ms
suffix-seconds = { " s" }
apart-same = in the same millisecond
apart-before = { $by } earlier
apart-after = { $by } later

## Details

details-empty = No message chosen
details-empty-next = Click a message to see its body, deliveries and properties
details-empty-none-next = Body, deliveries and properties of a message appear here
details-deliveries = Deliveries
details-message = Message
details-damaged = This message was damaged on its way. { $why }
details-raw = Raw XML
delivery-title = Delivery { $n }
delivery-title-unknown = Delivery
delivery-consumed = { $at } consumed
delivery-acked = { $at } acked
delivery-acking = acking…
delivery-refused = ack refused: { $code }. Wait until the message comes back, then ack that delivery
delivery-returned = { $at } returned unacked
delivery-held = held until { $at }
delivery-unknown = return time unreadable
look-json = JSON
look-text = Text
md5 = MD5
md5-good = MD5 matches
md5-bad = MD5 differs
copy-body = Copy body
copy-id = Copy ID
fact-id = ID
fact-published = Published
fact-first = First consumed
fact-times = Deliveries
fact-tag = Tag
fact-md5 = MD5

## Notices

notices-title = Notices
notices-count = Notices { $n }
notices-none = No notices
notices-none-next = What goes wrong in the background, and what ended, is told here
notices-clear = Clear
notice-config-not-written = The settings could not be written
notice-config-not-written-next = Check the space and the rights of the settings folder; what you changed holds until mqscope closes
notice-port-taken = Another program listens on { $wished }, so the sandbox took { $addr }
notice-port-taken-next = Point your SDKs at the new address, or end the other program and bring the sandbox back
notice-sandbox-in-memory = The sandbox keeps its messages in memory only, until mqscope closes
notice-sandbox-time = The sandbox's time is still moved
notice-sandbox-time-next = Open the sandbox to move it back
notice-sandbox-failed = The sandbox is not running
notice-damaged = { $count ->
    [one] One damaged message came in. { $why }
   *[other] { $count } damaged messages came in. The first: { $why }
}
notice-damaged-next = They are listed with what is left of them and can be acked if their handle was readable
notice-no-keyring = The keys are kept until mqscope closes: there is no keyring here
notice-no-keyring-next = Install and unlock one (gnome-keyring, KWallet), then save the connection again
notice-read-only = This connection is read-only
notice-read-only-next = Lift the lock in the connection's form to publish, to ack or to change anything

## The sandbox of the window after trouble

sandbox-restore = Bring the sandbox back
sandbox-restore-what =
    { $n ->
        [one] The sandbox starts anew where it was meant to be. One message is in its memory only, and is gone then
       *[other] The sandbox starts anew where it was meant to be. { $n } messages are in its memory only, and are gone then
    }
sandbox-restore-yes = Start it anew
sandbox-not-there = It was meant to listen on { $wished }
sandbox-in-memory = It keeps its messages in memory only
reason-sandbox-wished = The sandbox runs as it was meant to, or not at all
reason-sandbox-restores = The sandbox is starting anew
notice-sandbox-restored = The sandbox is back and listens on { $addr }
notice-sandbox-not-restored = The sandbox stays as it is, and keeps what it holds

## Why a sandbox does not run as it should

obstacle-address-in-use = Another program listens on { $listen }; end it, or choose another port
obstacle-address = { $listen } cannot be listened on; choose an address of this machine, and a port above 1023
obstacle-default-keys = { $listen } can be reached from other machines, and the default keys are known to everybody; set keys of your own, or listen on 127.0.0.1
obstacle-guessable-token = { $listen } can be reached from other machines, and an admin token of { $chars } characters can be guessed; use at least { $min }
obstacle-disk = Nothing more can be kept on the disk; make room there, or give the folder its rights back, then start the sandbox again. What was answered is kept
obstacle-in-use = { $path } is in use by another mqscope; stop that one, or choose another data folder
obstacle-refused = { $path } cannot be used; put that right, or choose another data folder
obstacle-version = { $path } was written by another version of mqscope, as { $found } instead of { $known }, and was left as it is; use that mqscope, or choose another data folder
obstacle-foreign = { $path } was not written by a sandbox, and was left as it is; choose another data folder, or move the file away
obstacle-stray = { $path } is the log of another store, and was left as it is; put its sandbox.redb back, or move the log away to go on without it
obstacle-damaged-log = { $path } is damaged, and was left as it is; put good copies of it and of sandbox.redb in their place, or move all of them away to start with nothing
obstacle-damaged = { $path } is damaged, and was left as it is; put a good copy in its place, or move it away to start with nothing

## What is damaged in a reply or a message

damage-utf8 = It is no UTF-8 from byte { $at } on
damage-nested = Its elements are nested too deeply at byte { $at }
damage-roots = A second document begins at byte { $at }
damage-outside = Text stands outside of the document at byte { $at }
damage-cdata = The characters ]]> stand at byte { $at }, where XML does not allow them
damage-entity = An entity that XML itself does not define stands at byte { $at }
damage-doctype = A document type stands at byte { $at }, which this protocol does not have
damage-empty = There is no element in it, from byte { $at } on
damage-tags = The tag at byte { $at } closes none that is open
damage-cut = The tag that begins at byte { $at } has no end
damage-open = The text ends at byte { $at }, and <{ $element }> is still open
damage-character = The character { $code } stands at byte { $at }, which XML cannot carry
damage-other = Broken XML at byte { $at } ({ $what })
damage-missing = The element <{ $element }> is missing
damage-number = The element <{ $element }> holds “{ $text }”, which is not a number
damage-protocol = HTTP { $status } with { $found }, which is not the RocketMQ HTTP protocol

## Why the keyring does not give or take keys

keyring-none = no keyring answers here ({ $said }); install and unlock one, such as gnome-keyring or KWallet, then start mqscope again
keyring-locked = the keyring is locked or not set up ({ $said }); unlock it in the desktop's keyring program and try again
keyring-many = the keyring holds more than one entry for this connection; delete them in its own program and enter the keys again
keyring-slow = the keyring did not answer in time; unlock it and try again
keyring-not-kept = the keyring did not keep the entry
keyring-off = no keyring is used in this run
keyring-no-keys = there are no keys for this connection; enter them too
keyring-damaged = the keyring's entry for this connection cannot be read; enter the keys again
keyring-failed = the keyring failed ({ $said })

## What is announced to screen readers

announce-arrived =
    { $n ->
        [one] One message arrived in { $topic } for { $group }
       *[other] { $count } messages arrived in { $topic } for { $group }
    }
announce-arrived-again =
    { $n ->
        [one] One message arrived again in { $topic } for { $group }
       *[other] { $count } messages arrived in { $topic } for { $group }, { $again } of them again
    }
announce-soon =
    { $n ->
        [one] One message in { $topic } is about to return to { $group }, in { $secs } seconds
       *[other] { $count } messages in { $topic } are about to return to { $group }, the first in { $secs } seconds
    }
announce-returned =
    { $n ->
        [one] One message in { $topic } returned to { $group } without an ack
       *[other] { $count } messages in { $topic } returned to { $group } without an ack
    }
announce-acked =
    { $n ->
        [one] One message of { $topic } is acked for { $group }
       *[other] { $count } messages of { $topic } are acked for { $group }
    }
announce-committed =
    { $n ->
        [one] One half message of { $topic } is committed
       *[other] { $count } half messages of { $topic } are committed
    }
announce-rolled-back =
    { $n ->
        [one] One half message of { $topic } is rolled back
       *[other] { $count } half messages of { $topic } are rolled back
    }
announce-refused =
    { $n ->
        [one] The server refused one ack of { $topic } for { $group }
       *[other] The server refused { $count } acks of { $topic } for { $group }
    }
announce-listens = Consuming { $topic } for { $group } again
announce-stopped = Stopped consuming { $topic } for { $group }
announce-published =
    { $n ->
        [one] One message is published
       *[other] { $count } messages are published
    }
announce-resent =
    { $n ->
        [one] One dead letter had its turn
       *[other] { $count } dead letters had their turn
    }
announce-run = Publishing has ended: { $stored } stored, { $failed } not stored
announce-exported = The export has ended, messages written: { $n }
announce-replayed = The replay has ended, messages published: { $n }
announce-saved = The connection { $name } is saved
announce-column-moved = { $column } is column { $place } of { $count }
announce-column-width = Width of { $column }: { $width }
announce-column-rest = { $column } takes the room that is left
announce-info =
    { $n ->
        [one] Notice: { $what }. { $next }
       *[other] { $n } notices, the newest: { $what }. { $next }
    }
announce-warning =
    { $n ->
        [one] Warning: { $what }. { $next }
       *[other] { $n } warnings, the newest: { $what }. { $next }
    }
announce-error =
    { $n ->
        [one] Error: { $what }. { $next }
       *[other] { $n } errors, the newest: { $what }. { $next }
    }

## What went wrong, and what to do

trouble-settings = The connection is not set up right
trouble-settings-next = Open the connection's form and correct it
trouble-no-keys = There are no keys for this connection
trouble-no-keys-next = Open the connection's form and paste access key and secret key
trouble-keyring = The keyring could not be read
trouble-keyring-next = Unlock the keyring, or paste the keys in the connection's form
trouble-sandbox-down = The sandbox is not running
trouble-sandbox-down-next = Start it beside its name, or choose another connection
trouble-admin-token = The sandbox's admin token is missing or another one
trouble-admin-token-next = Paste the token that the sandbox was started with into the connection's form, along with its keys
trouble-busy = mqscope is too busy to take this on
trouble-busy-next = Wait a moment, then try again

## Error cards: what a failure means, what causes it, what to do

# The parts of a card
card-causes = Likely causes, likeliest first
card-next = What to do
card-raw = Raw answer
card-why = Why?
card-why-empty = Why is nothing there?
card-why-empty-of = Why is nothing there? { $title }
card-why-of = Why: { $title }
card-copy = Copy all
card-copy-raw = Copy raw answer
# What became of what was asked
card-effect-publish = Nothing was stored
card-effect-publish-doubt = The message may have been stored: nothing that came says so, or says that it was not
card-effect-consume = No message was taken from the group
card-effect-consume-doubt = If the lost answer held messages, they stay invisible until their time is over (mostly 5 minutes), then they come again
card-effect-check = No half message was taken
card-effect-check-doubt = If the lost answer held half messages, they are handed out again at the next check
card-effect-ack = Nothing was acked: the message comes again at the end of its countdown, unless an ack works before
card-effect-ack-doubt = The ack may have worked; if it did not, the message comes again at the end of its countdown
card-effect-commit = Nothing was committed: the half message stays invisible to consumers, and comes up for a check
card-effect-rollback = Nothing was rolled back: the half message is still undecided, and comes up for a check
card-effect-decide-doubt = The decision may have been taken; if it was not, the half message comes up for a check
card-effect-look = What is shown is what was seen last; nothing was changed
card-effect-change = Nothing was changed
card-effect-change-doubt = The change may have been made: nothing that came says so
card-effect-examine = Nothing was consumed and nothing was changed
card-effect-empty = An empty poll is an answer, not a failure: the server has nothing for this group just now
# Who asks
card-signature = The signature does not match: from these keys the server computed another one
card-cause-swapped = Access key and secret key are swapped (TDMQ: the access key is the role’s key, the secret key is the role’s NAME)
card-cause-blank = A blank or a line break was pasted along with a key
card-cause-other-secret = The secret key belongs to another access key, another instance, or was reset in the console
card-cause-rewritten = A proxy in between rewrites the path, the query, Date or Content-Type, all of which are signed
card-next-copy-keys = Copy both keys from the console again, each into its own field
card-next-explain = Put the request into the signature debugger (Tools in the window, or mqscope explain): it compares both strings to sign byte by byte and names the mistake
card-access-key = The server does not know this access key
card-cause-key-gone = The key was deleted or disabled, or its role was removed
card-cause-other-cluster = The endpoint belongs to another account, region or cluster than what is asked for
card-next-key-enabled = Check in the console that the key is enabled, and that the endpoint is that of the same cluster
card-denied = These keys may not use this topic or group
card-denied-publish = These keys may not publish to this topic
card-denied-consume = These keys may not consume this topic for this group
card-denied-ack = These keys may not ack or decide for this group
card-denied-admin = This sandbox does not let these keys in
card-cause-no-produce = The role has no right to produce in this namespace or topic
card-cause-no-consume = The role has no right to consume in this namespace, topic or group
card-cause-tcp-group = The group was made for TCP: a group is HTTP or TCP, never both
card-cause-other-topic = Topic or instance ID is misspelt, and hits one that is somebody else's
card-cause-other-group = Group or instance ID is misspelt, or the group does not exist
card-cause-account = The account is in arrears, or this address is not on its list of allowed ones
card-cause-other-keys = The ack goes out with other keys, or for another group or instance, than the consume did
card-cause-right-withdrawn = The right to consume was withdrawn since the message was taken
card-next-grant-produce = Grant the role the right to produce on this topic in the console
card-next-grant-consume = Grant the role the right to consume this topic and group in the console
card-next-topic-instance = Compare topic, group and instance ID with the console, letter by letter
card-next-http-group = Use a group that was made for HTTP, or make one
card-next-same-keys = Ack with the very keys, topic, group and instance that the message was consumed with
card-http-closed = HTTP access is closed for this instance or this group
card-http-closed-publish = HTTP access is closed for this instance
card-cause-http-off = The edition of this instance has no HTTP access, or it is switched off
card-cause-public-off = Access from the public network is off, and this machine is not inside the private one
card-next-http-on = Switch HTTP access on in the console, and use the endpoint that it shows for HTTP
card-authorization-form = The server cannot read the Authorization header of the request
card-authorization-missing = The request arrived without its Authorization header
card-cause-key-form = The access key holds a blank, a colon or a line break
card-cause-header-changed = A proxy or a gateway replaced the header with its own
card-cause-header-dropped = A proxy or a gateway dropped the header
card-cause-redirected = The request was redirected to another host on its way, and redirects drop this header
card-cause-other-service = The endpoint is that of another service, which wants something else
card-next-around-proxy = Go around the proxy: connect directly, or from a machine inside the network
card-next-headers-through = Let the proxy pass Authorization, Date, Content-Type and x-mq-version unchanged
# When it was asked
card-clock = The date of the request is more than 15 minutes off the server's clock
card-clock-behind = This machine's clock is { $skew } s behind the server's; more than 15 minutes are refused
card-clock-ahead = This machine's clock is { $skew } s ahead of the server's; more than 15 minutes are refused
card-cause-clock-drift = This machine's clock is wrong: a virtual machine that slept, no time synchronisation, a date set by hand
card-cause-clock-held = A proxy or a queue held the request back, or it was replayed
card-cause-clock-sandbox = The server's own clock is wrong; a sandbox may have travelled in time
card-next-clock = Turn time synchronisation on (timedatectl set-ntp true, or the system's settings), and check the date
card-next-clock-sandbox = Is it a sandbox: set its clock back to real time in the control room
card-date-form = The server cannot read the Date header of the request
card-date-missing = The request arrived without its Date header
card-cause-date-rewritten = A proxy or a gateway rewrote the header
card-cause-clock-nonsense = This machine's clock is set to an impossible year
# What was asked for
card-argument = The server refuses a value of the request
card-argument-publish = The server refuses a value of this message
card-argument-consume = The server refuses a value of this poll
card-argument-ack = The server refuses a value of this ack
card-argument-admin = The sandbox refuses a value
card-cause-property-sign = Tag, key or a property holds one of the characters " ' & < > : {"|"}, or is too long
card-cause-delay = The delay is longer than this server takes: 40 days on TDMQ, 3 days over HTTP on Aliyun
card-cause-body-large = The body is larger than 4 MB, or than 64 KB for delayed and half messages on Aliyun
card-cause-half-time = The time until the first check of a half message is not between 10 and 300 seconds
card-cause-batch-wait = The batch is not 1 to 16, or the wait not 0 to 30 seconds
card-cause-group-name = The group is empty, misspelt, or holds a character that groups cannot have
card-cause-trans = This server does not support ordered or half messages over HTTP
card-cause-handles-many = More than 16 handles in one request
card-cause-instance = The instance ID is missing, or that of another instance
card-cause-admin-value = A name does not exist, or a number is out of its range
card-cause-versions = The sandbox is of another version of mqscope than this one
card-next-server-words = Read the raw answer: the server's own words mostly name the value
card-next-leave-out = Leave out delay, properties, key and tag, publish, then add them again one by one
card-next-batch-wait = Poll with a batch of 16 and a wait of at most 30 s
card-next-versions = Use the same version of mqscope on both sides
card-digest = The Content-MD5 of the request is not the digest of what arrived
card-cause-body-changed = Something in between changed the body: a proxy that re-encodes, a virus scanner
card-cause-digest-form = In own code: the header is base64 of the lower-case HEX digest, not of the raw 16 bytes
card-next-digest-form = Leave Content-MD5 out (it is optional), or compute it from the very bytes that are sent
card-url = The server does not know the path /topics/…/messages of the request
card-cause-path-prefix = A gateway in front adds or removes a part of the path
card-cause-topic-name = The topic's name holds a character that the server cannot read in a path
card-next-endpoint-exact = Copy the HTTP endpoint from the console as it stands: http(s)://host[:port], nothing behind it
card-query = The server cannot read the query of the request, or misses a parameter
card-query-publish = The server cannot read the query of the request: the instance ID is all that it holds
card-cause-query-rewritten = A proxy decodes, sorts or cuts the query
card-cause-line-long = The request line is longer than 1,024 characters: a long tag filter, long names
card-next-group-tag = Check the group, and try without the tag filter
card-xml = The server cannot read what it was sent as XML
card-xml-publish = The server cannot read this message as XML
card-xml-consume = The server found broken XML in a poll, which has no body
card-xml-ack = The server cannot read the list of handles as XML
card-cause-control-character = Body or properties hold a control character that XML cannot carry (U+0000 to U+001F)
card-cause-request-cut = A proxy cut the request short or changed its encoding
card-cause-body-added = Something in between added a body to the request
card-cause-handle-character = An invisible character was copied along with the handle
card-next-base64 = Publish the body as base64, and have consumers decode it
card-next-find-character = Look at the body as hex: the character is invisible in text
card-topic = There is no topic of this name here
card-topic-publish = There is no topic of this name here to publish to
card-topic-consume = There is no topic of this name here to consume
card-topic-ack = The topic that this ack names does not exist
card-cause-topic-misspelt = The name is misspelt: capitals, hyphens and underscores all count
card-cause-no-dead-letters = A dead-letter topic comes into being with the first dead letter of its group
card-cause-other-topic-acked = The ack names another topic or instance than the one the message was consumed from
card-cause-topic-deleted = The topic was deleted meanwhile
card-next-create-topic = Create the topic in the console (in a sandbox: publish to it, if topics are made on first use)
card-next-same-topic = Use the topic, group and instance that the message was consumed from
# Handles and messages
card-empty = Nothing there: the poll was empty
card-empty-halves = No half message wants a check
card-cause-all-consumed = Everything in the topic is acked for this group
card-cause-others-hold = Another consumer of the group holds the messages; they return at the end of their time
card-cause-tag-filter = The tag filter fits no message
card-cause-not-due = What is there is delayed and not due yet, or waits for an earlier one of the same sharding key
card-cause-no-halves = Every half message is committed or rolled back
card-cause-half-not-due = The time until the first check is not over
card-next-nothing = There is nothing to mend: the next poll takes what comes
card-next-publish-one = To see that it works, publish a message to this topic
card-late-ack = This handle no longer counts: it is too old, was superseded, or is used up
card-cause-ack-lost = An earlier attempt of this very request worked, and its answer was lost
card-cause-ack-late = The ack came after the message's NextConsumeTime: the countdown was over
card-cause-superseded = The message was delivered again meanwhile: only the newest delivery's handle counts
card-cause-acked-already = It is acked already, by this program or another one
card-next-newest-handle = Let the message come again, and ack with its new handle before the countdown ends
card-next-ack-sooner = Take fewer messages at once and ack each as soon as it is done: 5 minutes from the consume, 1 minute if ordered
card-next-idempotent = Make the work repeatable: a message that was not acked in time is processed again
card-late-decision = This handle no longer decides: the half message's time is over, or it is decided
card-cause-decision-late = The decision came after the time until the check, which was set when publishing
card-cause-check-superseded = A check handed the half message out again: only that newest handle counts
card-cause-decided-already = It was committed or rolled back already
card-next-check-halves = Take the half messages of this topic for a check, and decide with those handles
card-next-decide-sooner = Publish half messages with a longer time until the check (up to 300 s)
card-not-exist-publish = The server answers a publish as if it were a poll
card-taken-for-ack = The server took the request for an ack
card-cause-method-changed = A proxy or a gateway changed the method of the request
card-gone = What this was about is not there any more
card-cause-gone = It was acked, deleted or moved meanwhile
card-next-look-again = Look at the counts again, then decide
card-no-handle = The ack arrived without a handle
card-cause-body-dropped = A proxy or a gateway dropped the body of the DELETE, as some do
card-cause-no-handles = In own code: the list of handles was empty
card-handle = What was sent is not a receipt handle
card-handle-half = What was sent is not the handle of a half message
card-cause-handle-cut = The handle was cut or changed while it was copied: a line break, quotes, half of it
card-cause-message-id = It is the message ID, not the receipt handle
card-cause-handle-plain = It is the handle of an ordinary delivery, not of a half message
card-cause-handle-elsewhere = It is the handle of another topic, group or server
card-next-handle-whole = Copy the handle of the newest delivery as a whole
card-next-handle-half = Use the handle from the publish's answer, or from the newest check
# The server's own trouble
card-qps = Too many requests a second
card-qps-publish = Too many requests a second: this message was turned away
card-qps-consume = Too many requests a second: this poll was turned away
card-qps-ack = Too many requests a second: this ack was turned away
card-cause-qps-many = More is published than the instance's limit allows
card-cause-qps-shared = Other programs use the same instance: the limit is for all of them together
card-cause-qps-polls = Polls that do not wait: each empty one counts as a request
card-cause-qps-single-acks = Messages are acked one by one: each ack counts as a request
card-next-slower = Publish more slowly, and try this one again in a second
card-next-long-poll = Poll with a wait of 30 s and a batch of 16: far fewer requests for the same messages
card-next-ack-together = Ack up to 16 handles in one request
card-next-raise-limit = Raise the limit of the instance in the console
card-next-wait = Wait a moment, then try again
card-server = The sandbox failed
card-server-publish = The server failed while accepting the message
card-server-consume = The server failed while it answered the poll
card-server-ack = The server failed while it took the ack
card-cause-restart = The broker is being restarted or is moving to another node
card-cause-overload = The server is overloaded, or its disk is full
card-cause-sandbox-disk = The sandbox cannot write to its disk
card-next-look-first = Check by its key, in a consume view, whether the message arrived before you publish it again
card-next-again = Try again in a moment
card-next-ack-again = Ack again while the countdown runs: a handle that is used up does no harm
card-next-vendor = If it stays so, ask the vendor, with the time and the raw answer
card-next-vendor-id = If it stays so, give the vendor the request ID { $id }
card-next-sandbox-log = If it stays so, read what the sandbox writes to its standard error
card-other = The server refused with { $code }, a code that is not in the vendors' lists
card-other-server = The server failed with { $code }, a code that is not in the vendors' lists
card-refused = The server refused without a code
card-cause-vendor-code = It is a newer or a vendor's own code
# The sandbox's admin API
card-token = This is not the admin token that the sandbox was started with
card-token-missing = The sandbox wants its admin token
card-cause-token-other = The sandbox was started again with another token, or it is another sandbox
card-cause-token-none = The connection has no admin token
card-next-token = Paste the token that the sandbox was started with (MQSCOPE_SANDBOX_ADMIN_TOKEN) into the connection's form
card-admin-off = The sandbox was started without an admin token, so nobody is let in
card-cause-admin-off = MQSCOPE_SANDBOX_ADMIN_TOKEN was not set when it was started
card-next-admin-on = Start the sandbox again with MQSCOPE_SANDBOX_ADMIN_TOKEN set, and put the token into the connection's form
card-admin-call = The sandbox does not know this call
card-no-admin = { $endpoint } has no admin API
card-cause-real-broker = It is a real broker: only the sandbox of mqscope has one
card-cause-path-blocked = A gateway in front does not pass the path /_mqscope
card-next-sandbox-only = Choose a connection to a sandbox, or check its endpoint
# Before anything is sent
card-bad-request = Endpoint and names make no request
card-cause-names = The endpoint, the topic, the group or the instance ID is not what it should be
card-next-form = Open the connection's form and correct it
card-bad-key = The { $about } holds a character that no HTTP header can carry
card-cause-key-line = A line break was pasted along
card-cause-key-foreign = A letter beyond ASCII: a full-width sign, a typographic quote or dash
card-bad-proxy = The proxy of this connection cannot be used as it is written
card-cause-proxy-form = It is not a URL: a slash, the port or the host is missing
card-cause-proxy-kind = It is a SOCKS proxy; only HTTP proxies are used
card-next-proxy-form = Write it as http://host:port, or http://user:password@host:port
card-bad-ca-file = The CA file { $about } cannot be used
card-cause-file-gone = The file was moved, or this user may not read it
card-cause-file-kind = It is not a certificate: a key, an archive, or a file that was cut
card-next-ca-file = Give the file of the authority's certificate, as PEM or DER
card-no-client = HTTPS cannot be set up on this machine
card-cause-no-store = The machine's store of trusted certificates cannot be read
card-next-store = Install or repair the system's certificates (ca-certificates)
# No connection
card-connect-timeout = { $endpoint } does not take the connection, nor does it refuse
card-cause-firewall = A firewall or a security group drops the packets
card-cause-inside-address = It is an address of the private network, asked from outside
card-cause-port = The port is another one
card-next-security-group = Allow this machine's address and the port in the firewall and the security group
card-next-public-endpoint = Use the public endpoint, or connect from a machine inside the network (VPN, jump host)
card-unknown-host = The host of { $endpoint } has no address
card-cause-host-misspelt = The host's name is misspelt
card-cause-inside-name = The name is known inside the private network only
card-cause-dns = This machine's DNS does not answer
card-nothing-here = Nothing listens at { $endpoint } on this machine
card-nothing-listens = Nothing listens at { $endpoint }
card-cause-not-started = The server is not started, or stopped by itself
card-cause-refusing-firewall = A firewall refuses the connection
card-next-start-sandbox = Start the server. The sandbox of the window: “Bring the sandbox back”; another one: mqscope sandbox --listen with this port
card-next-port = Compare the port with the one that the server printed at its start
card-next-server-up = Check that the server is up
card-proxy-unreachable = The proxy { $about } refuses the connection
card-cause-proxy-off = The proxy is not running, or listens at another port
card-cause-proxy-elsewhere = The proxy is for another network than this machine's
card-next-proxy = Start the proxy, or correct or remove it in the connection's form
card-not-connected = There is no connection to { $endpoint }
card-cause-no-network = This machine has no network, or the VPN is down
card-next-network = Check the network, then try again
card-next-doctor = Check the connection step by step: Check connection in its form, or mqscope doctor
# No connection that can be trusted
card-authority = The certificate of { $endpoint } is of an authority that this machine does not trust
card-cause-private-authority = The server has a certificate of a private authority
card-cause-inspecting-proxy = A company's proxy or a virus scanner opens TLS connections and puts its own certificate in
card-cause-chain = The server does not send the certificates in between
card-next-add-ca = Put the authority's certificate (PEM) into the connection as its CA file
card-next-not-off = Do not use http:// instead: signatures and messages would travel in the clear
card-wrong-ca-file = The certificate of { $endpoint } is not of the authority in { $about }
card-cause-other-authority = The server's certificate is of another authority by now, or the file is another server's
card-next-right-ca = Ask for the certificate of the authority that issued it; without a CA file the system's authorities count
card-certificate-expired = The certificate of { $endpoint } has expired
card-cause-not-renewed = The certificate was not renewed in time
card-cause-clock-late = This machine's clock is ahead
card-next-renew = Have the server's certificate renewed
card-certificate-early = The certificate of { $endpoint } is not valid yet
card-cause-clock-early = This machine's clock is behind
card-cause-new-certificate = The certificate is brand new
card-certificate-name = The certificate of { $endpoint } is for another name
card-cause-by-address = The server is asked by its address, or by a short name
card-cause-other-host = Another server answers under this name: DNS or a load balancer points elsewhere
card-next-certificate-name = Use the host name that the certificate is for: the raw answer names it
card-bad-certificate = The certificate of { $endpoint } cannot be used
card-cause-self-signed = It signs for itself instead of being issued by an authority, or may not be used for a server
card-next-issue = Have a server certificate issued by an authority, a private one will do
card-plain-where-tls = { $endpoint } answers in plain text where https:// wants TLS
card-cause-plain-port = The port is for http://
card-cause-plain-proxy = A proxy that speaks plain text answers for it
card-next-write-http = If the network can be trusted: write http:// in the endpoint
card-next-tls-port = Or use the port for TLS, mostly 443
card-handshake-ended = { $endpoint } ended the connection in the middle of the TLS handshake
card-cause-no-such-name = The server, or its load balancer, has no certificate for this name
card-cause-client-certificate = The server wants a certificate of the client, which this protocol does not know
card-handshake-failed = The TLS handshake with { $endpoint } failed
card-cause-tls-version = The server only speaks TLS 1.1 or older, or ciphers that are broken
card-next-tls-version = Have the server speak TLS 1.2 or 1.3
# Sent, but no whole answer
card-no-answer = No answer in time from { $endpoint }
card-no-answer-within = No answer within { $secs } s from { $endpoint }
card-cause-poll-held = A proxy or a load balancer holds back answers to long polls
card-cause-tcp-waits = The port is not an HTTP one: RocketMQ's TCP port waits for more bytes
card-next-shorter-poll = Poll with a shorter wait, 10 s say
card-next-endpoint-http = Use the HTTP endpoint of the console; the TCP one and web pages do not work
card-stalled = The answer of { $endpoint } stopped halfway
card-cause-line-lost = The network broke away: VPN, Wi-Fi, a firewall that forgets connections
card-closed = { $endpoint } took the request and closed the connection without an answer
card-cause-tcp-closes = It is RocketMQ's TCP port, which closes on HTTP
card-cause-crashed = The server was restarted or crashed meanwhile
card-cause-idle = A proxy or a load balancer had closed the idle connection
card-cause-tls-wanted = The port is for TLS, and https:// is missing
card-cut-off = The connection to { $endpoint } broke in the middle of the answer
card-cause-proxy-cuts = A proxy cuts answers that are too long or take too long
card-next-fewer = Take fewer messages at a time
# Something else answers
card-rocketmq-port = { $endpoint } is a port for RocketMQ's TCP protocol, not for HTTP
card-cause-rocketmq-port = It is the name server's or a broker's port (9876, 10909, 10911): the official TCP clients use it
card-tls-where-plain = { $endpoint } speaks TLS, and was asked without
card-cause-tls-port = The port is for https://
card-next-write-https = Write https:// in the endpoint
card-http2 = { $endpoint } speaks HTTP/2 only, as a gRPC port does
card-cause-grpc = It is the gRPC port of RocketMQ 5 (8081): the 5.x clients use it
card-proxy-login = A proxy in between wants a user and a password (HTTP 407)
card-cause-proxy-password = The proxy's user or password is missing or wrong
card-cause-proxy-kind-login = The proxy wants Windows login (NTLM, Kerberos), which a connection cannot give
card-next-proxy-user = Write the proxy as http://user:password@host:port
card-redirect = { $endpoint } redirects, which no broker does (HTTP { $status })
card-redirect-to = { $endpoint } redirects to { $about }, which no broker does (HTTP { $status })
card-cause-https-wanted = A gateway sends http:// on to https://
card-cause-sign-on = A single sign-on stands before it
card-cause-web-address = It is the address of a web page: the console's, not the endpoint
card-gateway = A gateway answered instead of the broker: it could not reach it (HTTP { $status })
card-cause-broker-down = The broker behind the gateway is down or being restarted
card-cause-gateway-cuts = The gateway waits less long than the long poll (504)
card-cause-proxy-cannot = A proxy on this side cannot reach the endpoint
card-next-broker-up = Check that the broker is up; try again in a moment
card-next-gateway-time = Set the gateway's read timeout to more than 35 s, or poll with a shorter wait
card-login = A page to log in answered, not a broker
card-login-titled = A page to log in answered, not a broker: “{ $about }”
card-cause-captive = The network wants a login first: a hotel's, a company's, a VPN that ran out
card-cause-console = It is the address of a console or of another web application
card-next-log-in = Open any web page in a browser, log in to the network, then try again
card-page = A web page answered, not a broker (HTTP { $status })
card-page-titled = A web page answered, not a broker: “{ $about }” (HTTP { $status })
card-cause-web-server = A web server listens at this port, or the gateway has no route to the broker
card-next-path-through = If a gateway stands before the broker: have it pass /topics/ unchanged
card-json = Another service answered, in JSON (HTTP { $status })
card-cause-json-service = Another service listens at this port: a REST API, Elasticsearch, a metrics page
card-cause-api-gateway = An API gateway refused before the broker was asked
card-other-service = Something else answered in HTTP, not a broker (HTTP { $status })
card-not-http = What answers at { $endpoint } is not HTTP
card-cause-tcp-speaks = A service with a protocol of its own listens there: RocketMQ's TCP, SSH, Redis, a database
# An answer that cannot be used
card-unreadable = The answer of { $endpoint } cannot be read
card-unreadable-publish = The answer to the publish is broken XML
card-unreadable-consume = The list of messages that came is broken XML
card-unreadable-ack = The answer to the ack is broken XML
card-cause-answer-cut = The answer was cut off on its way, although HTTP called it whole
card-cause-answer-changed = Something in between changes answers: re-encoding, compression, a scanner
card-cause-illegal-answer = A message holds a character that XML cannot carry, and the server let it through
card-too-long = The answer of { $endpoint } is longer than any answer can be
card-cause-huge-bodies = Many messages with bodies of several megabytes in one batch
card-other-question = The answer of { $endpoint } belongs to another request
card-cause-mixed-up = A proxy or a cache mixes answers up

## The doctor: each check, what it saw, what to do

doctor-line = { $title }: { $evidence }
doctor-name = Name
doctor-tcp = TCP
doctor-tls = TLS
doctor-http = HTTP
doctor-protocol = Protocol
doctor-clock = Clocks
doctor-signature = Signature
doctor-topic = Topic
doctor-group = Consumer group
doctor-not-reached = not checked, because of what came before

doctor-name-address = { $address } is an address, there is no name to look up
doctor-name-good = { $host } is { $addresses }
doctor-name-proxy = the proxy { $host } is { $addresses }
doctor-name-unknown = the host { $host } is not known
doctor-name-unknown-next = Check the spelling; an address inside a private network needs that network

doctor-tcp-good = { $address } took the connection within { $ms } ms
doctor-tcp-proxy = the proxy at { $address } took the connection within { $ms } ms
doctor-tcp-refused = nothing listens at { $address }
doctor-tcp-refused-next = Check the port: it must be that of the HTTP endpoint
doctor-tcp-refused-local-next = Is the sandbox running, and is this its port?
doctor-tcp-silent = { $address } does not answer
doctor-tcp-silent-next = A firewall or a missing network stands between; an endpoint of a VPC is reached from inside of it only
doctor-tcp-failed = no connection to { $address }

doctor-tls-none = not used, the endpoint begins with http://
doctor-tls-trusted = the connection is trusted
doctor-tls-good = { $version }, a certificate for { $names } by { $issuer }, good until { $until }, certificates sent: { $chain }
doctor-tls-soon-next = Renew the server’s certificate soon
doctor-tls-expired = the certificate ended on { $until }; it is for { $names } by { $issuer }
doctor-tls-expired-next = Renew the server’s certificate
doctor-tls-early = the certificate is good from { $from } on only; it is for { $names } by { $issuer }
doctor-tls-early-next = Check this machine’s clock
doctor-tls-name = the certificate is for { $names }, not for { $host }
doctor-tls-name-next = Use the host name that the certificate is for
doctor-tls-untrusted = { $issuer }, who issued the certificate for { $names }, is not trusted here
doctor-tls-untrusted-next = If the server has a private authority, add its CA file to the connection
doctor-tls-other-ca-next = The CA file of the connection is not that of the server’s authority
doctor-tls-failed = there is no TLS connection
doctor-tls-failed-next = If the server does not use TLS, write http://

doctor-http-good = it answers in HTTP, with status { $status }
doctor-http-closed = it takes connections, but closes them at a request in HTTP
doctor-http-closed-next = This is what RocketMQ’s TCP port does: use the HTTP endpoint of the cluster, the console shows both
doctor-http-other = it answers, but not in HTTP
doctor-http-other-next = Check the port: it must be that of the HTTP endpoint; if the server wants TLS, write https://
doctor-http-silent = it takes the connection and answers nothing
doctor-http-silent-next = Check that this is the HTTP endpoint, not the TCP one
doctor-http-failed = the request could not be sent

doctor-protocol-good = a request without a signature is refused with { $code }, as brokers do (request { $id })
doctor-protocol-open = it answers a request that is not signed
doctor-protocol-open-next = No broker does: is this a test server?
doctor-protocol-redirect = it redirects to { $to } (HTTP { $status })
doctor-protocol-redirect-next = No broker does; http:// may have to be https://
doctor-protocol-page = HTTP { $status } with a page for people, “{ $title }”
doctor-protocol-page-next = Something else answers at this address, for example a login page or a console: check host and port
doctor-protocol-proxy = the proxy wants a user and a password (HTTP { $status })
doctor-protocol-proxy-next = Write the proxy as http://user:password@host:port
doctor-protocol-gateway = HTTP { $status } of something before the broker: { $start }
doctor-protocol-gateway-next = A gateway or a proxy answers in place of the broker: is the broker up?
doctor-protocol-other = HTTP { $status } with something else: { $start }

doctor-clock-good = they agree
doctor-clock-behind = this machine is { $secs } s behind the server
doctor-clock-ahead = this machine is { $secs } s ahead of the server
doctor-clock-unknown = the server does not tell its time
doctor-clock-unknown-next = If requests are refused as too old, look at this machine’s clock
doctor-clock-off-next = Set this machine’s clock before it is off by 15 minutes; countdowns are corrected for the difference
doctor-clock-bad-next = Set this machine’s clock: requests that are dated 15 minutes off are refused

doctor-signature-good = both keys are right
doctor-signature-wrong = the access key is known, but the signature does not match
doctor-signature-wrong-next = { $kind ->
    [tdmq] Check the secret key (SK), without blanks at its ends: it is the role’s name
    [aliyun] Check the AccessKey Secret, without blanks at its ends
    [sandbox] Check the secret key, without blanks at its ends
   *[unknown] Check the secret key, without blanks at its ends; on TDMQ it is the role’s name
}. The signature debugger (mqscope explain) shows where a request differs
doctor-signature-unknown = the access key is not known
doctor-signature-unknown-next = { $kind ->
    [tdmq] Check the access key (AK): it is the role’s key
    [aliyun] Check the AccessKey ID
    [sandbox] Check the access key
   *[unknown] Check the access key; on TDMQ it is the role’s key
}. Are the two keys swapped?
doctor-signature-late = the server takes the request for too old or too new
doctor-signature-form = the server does not read the Authorization header as it was sent
doctor-signature-busy = the server had no time to look at the signature
doctor-signature-no-answer = a signed request was not answered
doctor-signature-no-answer-next = Examine again; if it stays so, look at the server or a gateway before it

doctor-topic-good = { $topic } is there
doctor-topic-none = there is no topic { $topic }
doctor-topic-none-next = Check topic and instance ID, or create the topic in the console
doctor-topic-denied = { $topic } may not be used with these keys, or not by this group
doctor-topic-not-named = not checked, no topic is named
doctor-denied-next = Check what these keys may do, and that the group is of type HTTP: a group is HTTP or TCP, never both

doctor-group-good = nothing speaks against { $group }; only consuming proves it
doctor-group-denied = { $group } may not consume there with these keys
doctor-group-failed = consuming for { $group } failed
doctor-group-not-named = not checked, no group is named
doctor-group-took = { $group } may consume: it got message { $id }, which returns at { $at }
doctor-group-empty = { $group } may consume; no message was there

## The examination of a connection

checkup-title = Check of the connection
checkup-button = Check connection
checkup-hint = Name, TCP, TLS, HTTP, protocol, clocks, signature, topic and group, one after the other; nothing is consumed
checkup-consume = Consume one message too
checkup-consume-hint = Only that proves that the group may consume; the message is away from the group until its invisible time is over
checkup-running = Checking…
checkup-good = All is well
checkup-attention = It works, but look at what is marked
checkup-bad = Something is wrong
verdict-good = well
verdict-attention = look at it
verdict-bad = wrong
verdict-skipped = not checked

## Programs for the SDKs

code-publish-title = A program that publishes this message
code-consume-title = A program that consumes like this view
code-keys = It takes the keys from MQ_ACCESS_KEY and MQ_SECRET_KEY when it runs, and holds none
code-filled = Variables are filled in as in the next message; the program sends the same each time
code-filled-row = Variables are filled in from the first line of the file; the program sends the same each time
code-body-file = The body is too long for a program: save it as { $file } beside it
code-copy = Copy program
close = Close
code-open = Code…

## Control room of a sandbox

control-title = Sandbox
control-open = Look into the sandbox
control-looking = Looking into the sandbox…
control-statistics = { $published } published · { $delivered } delivered · { $redelivered } redelivered · { $acked } acked · { $dead } dead · { $refused } refused · { $parked ->
    [one] 1 poll waiting
   *[other] { $parked } polls waiting
}
control-no-topics = No topics yet
control-no-topics-next = The first publish or consume makes one
control-topics = Topics, groups
control-messages = Messages
control-messages-why = Messages that are kept, acked or not
control-ready = Ready
control-ready-why = Messages that a consume of the group would find
control-invisible = Invisible
control-invisible-why = Messages that consumers of the group hold
control-delayed = Delayed
control-delayed-why = Messages whose delivery time has not come
control-half = Half
control-half-why = Half messages, neither committed nor rolled back
control-dead = Dead
control-dead-why = Dead letters that wait in the dead-letter topic of the group
control-actions = Actions for { $place }
control-peek = Look without consuming
control-peek-topic = Look into { $topic }
control-peek-group = Look into { $topic } as { $group }
control-consume = Open a consume view
control-purge = Purge…
control-delete-topic = Delete topic…
control-delete-group = Delete group…
control-reset-group = Reset…
control-resend = Resend
control-resend-row = Resend { $id }
control-resend-all = Resend all
control-expire = Return
control-expire-row = Return { $id } now
control-purged = { $topic } is empty
control-resent = Resent { $n }
control-reset = { $group } begins anew
control-deleted = Deleted { $name }
control-expired = Returned to the group
control-clock-moved = Moved the time
control-seed-changed = Seed { $seed }: the faults begin anew
control-faults-changed = Changed the faults
control-peek-none-next = Choose a topic to look without consuming
control-peek-empty-next = Publish one, or look at another topic
control-peek-empty = No messages
control-peek-title-group = { $topic } as { $group } sees it
control-peek-close = Close these messages
control-peek-more = More
control-peek-first = the first { $n }
control-peek-all = { $n ->
    [one] one message
   *[other] { $n } messages
}
statistics-title = Statistics
statistics-topic = Messages of
statistics-all = All topics
statistics-rates = Messages per second
statistics-held = Messages now
statistics-published = Published
statistics-consumed = Consumed
statistics-acked = Acked
statistics-redelivered = Redelivered
statistics-too-many = There are too many topics to keep numbers of this one; those of all topics hold them too
plot-summary = { $title }: { $lines }; at most { $most } in { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
}
plot-empty = { $title }: nothing yet
plot-comma = ,{" "}
plot-per-second = { $n }/s
plot-now = now
plot-minutes-ago = { $n } min ago
plot-seconds-ago = { $n } s ago
plot-millis = { $n } ms

## Plots of what came and went

plots-title = Plots
plots-open = Show as plots
plots-all = All
plots-all-name = All connections and views
plots-connection = This connection
plots-view = This view
plots-hold = Freeze
plots-resume = Go on
plots-held = Held at { $time }
plots-none = This was not there yet when the plots were held
plots-arrived = Received
plots-errors = Errors
plots-troubles = Redelivered and errors per second
plots-in-flight = Held messages
plots-held-messages = Held
plots-publish-latency = Publish latency
plots-consume-latency = Consume latency, from published to here
plots-round-trips = Round trips of acks, and of polls with their wait
plots-ack-median = Ack p50
plots-poll-median = Poll p50
plots-median = p50
plots-most = p95
plots-longest = Max

column-state = State
peek-ready = Ready
peek-invisible = Invisible
peek-acked = Done
peek-delayed = Delayed
peek-half = Half
control-time = Time
control-frozen = Frozen
control-real-time = Real time
control-ahead = { $by } ahead
control-behind = { $by } behind
control-minute = +1 min
control-5-minutes = +5 min
control-hour = +1 h
control-by = Length of time
control-advance = Advance
control-freeze = Freeze
control-resume = Resume
control-back = Back to real time
control-length = Write a length such as 30s, 5m or 1h 30m
control-faults = Faults
control-clear-faults = Clear
control-seed = Seed
control-seed-why = The same seed and the same requests meet the same faults; another seed sets all hits back to 0
control-operation = Operation
control-any-topic = any topic
control-fault-topic = Topic of the fault
control-fault = Fault
control-pause = Pause
control-often = When
control-next = The next
control-probability = With
control-how-often = How often
control-spent = used up
control-next-n = next { $n }
control-hits = { $n ->
    [one] 1 hit
   *[other] { $n } hits
}
control-add-fault = Add fault
control-remove-fault = Remove fault { $id }
control-fault-wrong = The topic or the pause cannot be read
fault-on-any = Any request
fault-on-publish = On publish
fault-on-consume = On consume
fault-on-ack = On ack
fault-is-latency = Latency
fault-is-stall = Stalled poll
fault-is-denied = 403 AccessDenied
fault-is-signature = 403 SignatureDoesNotMatch
fault-is-time = 408 TimeExpired
fault-is-500 = 500 InternalError
fault-is-503 = 503 InternalServerError
fault-is-503-text = 503 as plain text
fault-is-qps = QpsLimitExceeded
fault-is-drop-before = Dropped, nothing done
fault-is-drop-after = Dropped, but done
fault-is-truncated = Truncated XML
fault-is-character = Illegal character
fault-is-partial = Half of an ack, MessageNotExist
fault-is-partial-500 = Half of an ack, InternalError
purge-title = Purge topic { $topic }
purge-what = { $n ->
    [one] Deletes 1 message for every group. This cannot be undone
   *[other] Deletes { $n } messages for every group. This cannot be undone
}
purge-yes = Purge
delete-title = Delete { $name }
delete-topic-what = Its messages and its groups go with it. This cannot be undone
delete-topic-yes = Delete topic
delete-group-what = It forgets what was acked; when it consumes again, it is a new group
delete-group-yes = Delete group
reset-title = Reset group { $group }
reset-what = The group consumes again from the point you choose; everything older counts as done
reset-oldest = Oldest
reset-latest = Latest
reset-time = Time…
reset-since = Published since
reset-yes = Reset

## What was published before, and publishing it again

send-again = Send again…
again-from-message = Filled in from message { $id }
again-from-template = Loaded { $path }
again-from-history = Filled in from the history
again-lost-body = Without its body: that had { $size }, and the history keeps { $max } at most. Type or paste it; nothing is published before there is a body
again-left-out = Left out, as servers write them: { $keys }
again-undo = Back to what was typed before
again-close = Say no more about it
history-title = History
history-open = History: what was published from here
history-filter = Filter the history
history-filter-hint = Topic, tag, key, ID, code, body…
history-time = Time
history-outcome = Outcome
history-latency = Latency
history-row = { $at }, { $topic } { $key }
history-close = Close these details
history-reading = Reading…
history-none-next = Each message that you publish is listed here, also after a restart
history-show-all = Show the whole history
history-none = Nothing was published from here yet
history-not-found = Nothing in the history has these words
history-gone = This entry is not there any more
history-skipped = { $n ->
    [one] One damaged entry was passed over
   *[other] { $n } damaged entries were passed over
}
history-full = The newest { $n } are shown; the filter finds older ones
history-run = { $stored } stored, { $failed } failed, { $unknown } unknown
history-too-large = The body ({ $size }) was too large to keep, { $max } is the most: this is its beginning
history-body-cut = Long texts are shown in part; Copy body and Send again… have all of it
history-clear = Clear history
history-clear-sure = Clear it for good
outcome-stored = Stored
outcome-failed = Failed
outcome-unknown = Unknown
outcome-unknown-next = It may have been stored: look for it before you send it again
outcome-run = { $stored } of { $all } stored
fact-request = Request ID
copy-request-id = Copy request ID
notice-history-not-written = What is published cannot be written into the history
notice-history-not-written-next = Check the space and the rights of the data folder; publishing works all the same
notice-history-not-cleared = The history could not be cleared
notice-history-not-cleared-next = Check the rights of the data folder, then try again
notice-history-damaged = A file of the history could not be read; it was set aside as { $path }
notice-history-unreadable = A part of the history could not be read
notice-history-damaged-next = The rest of the history is there, and new entries are kept

## Traffic

traffic-title = Traffic
traffic-open = Traffic: every exchange with the brokers
traffic-filter = Filter the traffic
traffic-filter-hint = Path, ID, code, header…
traffic-filter-help = Words in any case, "two words", /regex/i, method:x, path:x, status:x, code:x, id:x, header:x, body:x, is:failed, retried, empty, slow, reused, cut, publish, consume, ack, commit, rollback, knock or admin; -x for all without x
traffic-filter-is = { $found } is nothing that an exchange can be; use failed, retried, empty, slow, reused, cut, publish, consume, ack, commit, rollback, knock or admin
traffic-all-connections = All connections
traffic-all-kinds = All operations
traffic-all-statuses = All statuses
traffic-kind = Operation
traffic-status = Status
traffic-method = Method
traffic-path = Path
traffic-duration = Took
traffic-attempt = Attempt
traffic-size = Bodies
traffic-request-id = Request ID
traffic-publish = Publish
traffic-consume = Consume
traffic-ack = Ack
traffic-commit = Commit
traffic-rollback = Roll back
traffic-knock = Unsigned check
traffic-admin = Sandbox control
traffic-2xx = 2xx done
traffic-3xx = 3xx redirected
traffic-4xx = 4xx refused
traffic-5xx = 5xx server's fault
traffic-no-reply = No reply
traffic-empty = Nothing there
traffic-messages = { $n ->
    [one] { $n } message
   *[other] { $n } messages
}
traffic-handles-done = { $n } done
traffic-handles-refused = { $n } refused
traffic-answered = Answered
traffic-abandoned = Given up
traffic-not-sent = Not sent
traffic-no-connection = No connection
traffic-no-tls = No TLS
traffic-timeout = Timed out
traffic-interrupted = Broke off
traffic-refused = Refused
traffic-foreign = Another protocol
traffic-damaged = Damaged reply
traffic-row = Exchange { $n }, { $kind }, { $outcome }, attempt { $attempt }
traffic-count = { $all } kept, { $size }
traffic-shown = { $shown } of { $all } shown
traffic-evicted = { $n ->
    [one] { $n } older one went to make room
   *[other] { $n } older ones went to make room
}
traffic-missed = { $n ->
    [one] { $n } was left out, too many at once
   *[other] { $n } were left out, too many at once
}
traffic-paused = Paused: nothing is taken down
traffic-searching = Searching…
traffic-none-next = Publish or consume something: each request and its answer is listed here
traffic-show-all = Show all exchanges
traffic-none = Nothing went over the wire yet
traffic-not-found = No exchange matches the filter
traffic-pause = Pause recording
traffic-resume = Resume recording
traffic-clear = Clear traffic
traffic-of = Show request
traffic-explain = Explain signature
traffic-close = Close these details
traffic-summary = Summary
traffic-request = Request
traffic-reply = Reply
traffic-signed = String to sign
traffic-signed-what = What both sides sign: method, Content-MD5, Content-Type, Date, x-mq- headers, path and query
traffic-not-signed = This request is not signed
traffic-pretty = Indented
traffic-reveal = Show the signature
traffic-no-reply-came = No reply came
traffic-cut = Only the first { $kept } of { $size } are kept
traffic-odd = { $n ->
    [one] { $n } byte is no text, and stands as \xFF does
   *[other] { $n } bytes are no text, and stand as \xFF does
}
traffic-copy = Copy of this exchange
traffic-copy-curl = Copy as curl
traffic-copy-script = Copy as a script that signs afresh
traffic-copy-text = Copy as text
traffic-copy-request-body = Copy the request's body
traffic-copy-reply-body = Copy the reply's body
traffic-copy-signed = Copy string to sign
traffic-copy-redacted = Without the signature
traffic-number = Exchange
traffic-remote = Address
traffic-sizes = { $sent } sent, { $came } came
traffic-skew = Clock of the server
traffic-skew-none = as ours
traffic-dns = DNS
traffic-connect = TCP
traffic-connect-all = Connecting
traffic-tls = TLS
traffic-first-byte = First byte
traffic-body = Body
traffic-total = { $total } in all · { $how }
traffic-connection-new = a new connection
traffic-connection-reused = connection reused
traffic-connection-none = no connection came about
traffic-about = Messages
traffic-show-message = Show message
traffic-show-history = Show in the history
traffic-save = Save…
traffic-save-title = Save exchanges
traffic-save-text = Text
traffic-save-what = Signatures and tokens are left out; the access key and the messages are in it
traffic-save-yes = Save
traffic-saved = { $n ->
    [one] { $n } exchange is in { $path }
   *[other] { $n } exchanges are in { $path }
}
traffic-not-saved = The exchanges could not be saved
traffic-not-saved-next = Check the folder, its rights and the space left, then save again
traffic-not-saved-there = There is a file of that name: choose another, or agree to replace it
delivery-poll-request = Poll request
delivery-ack-request = Ack request
delivery-decision-request = Decision request

## Dead letters

letters-short = Dead letters
letters-open = Open the dead letters of this group
letters-resend = Send selected again ({ $n })…
letters-resend-why = Publishes the selected dead letters once more, to the topic they came from or another
letters-title = { $n ->
    [one] Send one dead letter again
   *[other] Send { $n } dead letters again
}
letters-topic = To this topic
letters-topic-wrong = Write a topic: letters, digits, - _ and %
letters-to-origin = Rather to the topic that a letter itself names
letters-ack = Ack each letter once it is stored there
letters-what = Every group of that topic gets them as new messages. What is not acked here returns to the dead letters
letters-send = Send { $n } again
letters-stop = Stop sending
letters-dismiss = Say no more about it
letters-progress = { $stored } of { $total } stored, { $failed } failed, { $unknown } unknown, { $left } left
banner-ordered = In order: { $group } gets more of a sharding key once all that is out of it is acked

## Half messages

field-half = Half message
problem-check-span = Write a time such as 60s or 2m
field-half-why = Nobody gets it before it is committed; until then the server asks again and again
field-check-after = First check after
field-check-after-why = Decide within this time; then the server hands it out for a check, and only that handle decides
publish-more-half = Sharding key, half message…
halves-title = Half messages
halves-count = { $n ->
    [0] Half messages
    [one] One half message to decide
   *[other] { $n } half messages to decide
}
halves-to-decide = Half messages to decide
halves-more = and { $n } more under Half messages below
half-row = { $topic } { $key } { $id }
half-open = Waits for a decision
halves-none = No half messages to show
halves-none-next = To publish one, tick Half message under “Sharding key, half message…” in the publish form
halves-dropped = { $n } undecided ones are not listed any more; a view of half messages to check gets them
halves-forget = Hide ended
half-commit = Commit
half-commit-this = Commit this one
half-rollback = Roll back
half-rollback-this = Roll back this one
half-commit-row = Commit { $id }
half-rollback-row = Roll back { $id }
half-commit-selected = Commit selected ({ $n })
half-rollback-selected = Roll back selected ({ $n })
half-committing = Committing…
half-rolling-back = Rolling back…
half-committed = Committed
half-rolled-back = Rolled back
half-likely-committed = Likely committed
half-likely-rolled-back = Likely rolled back
half-committed-at = { $at } committed
half-rolled-back-at = { $at } rolled back
half-likely-committed-at = { $at } committed, most likely: the first answer was lost
half-likely-rolled-back-at = { $at } rolled back, most likely: the first answer was lost
half-failed = Decision failed
half-undecided = Not decided
half-undecided-why = { $at } handed out for another check, as nobody had decided
half-elsewhere = Decided elsewhere
half-elsewhere-why = { $at } refused with { $left } left: most likely another program has decided on it. Nothing is left to do here
half-late-why = { $at } refused, as it was too late. It is handed out for another check by itself; decide on that one before its countdown ends
half-unclear-why = { $at } refused just as the time was over: too late, or decided by another program. If it is handed out again, it was too late
half-superseded-why = { $at } it was handed out again before its time was over. Only the newest check can be decided on
half-refused-why = decision refused: { $code }. Wait until it is handed out for another check, then decide on that one
half-refused-again = refused for now: { $code } · decide again
half-checks-counts = { $here } checks, { $expired } ended undecided
half-commit-progress = Committing { $done } of { $total }
half-rollback-progress = Rolling back { $done } of { $total }
half-commit-ended = Committed { $acked } of { $total }
half-rollback-ended = Rolled back { $acked } of { $total }
half-stop = Stop deciding
half-busy = Selected half messages are being decided on already
half-refused = Decision refused
half-late = Too late
half-check = Check…
half-check-row = Check { $id }…
half-late-next = Handed out for checks since { $at }, so this handle decides nothing any more. A view of half messages to check gets a fresh one
half-refused-next = { $code }: it was decided elsewhere, or is handed out for checks already. A view of half messages to check gets a fresh handle if it is still undecided
half-likely = The first answer was lost, and the second says that there is nothing left to decide
half-too-late = Too late: it is handed out for another check, so this handle decides nothing. It comes back with a fresh one
half-row-refused = The server refused this handle: it was decided elsewhere or is handed out again. The details say why
column-decide = Decide
banner-half-check = Undecided: commit makes a half message visible, rolling back drops it; else it comes again
notice-half-no-handle = The server gave no handle for a half message
notice-half-no-handle-next = It may have stored an ordinary message: look whether consumers get it already
quit-halves = { $n ->
    [one] One half message is undecided
   *[other] { $n } half messages are undecided
}
quit-halves-what = Their handles are forgotten. The server hands them out for a check, the first in { $first }, the last in { $last }; a view of half messages to check can decide then

## The command line: its help
#
# Keys follow the commands: "cli-admin-peek" says what a command does, "-long" more of it, "-more"
# what stands below its options. "cli-admin-peek--limit" is an argument, and "--instance" without a
# command one that several have; "-long" is what --help adds to it, and a value's name what it means.
# Lines are 80 columns wide at most; what stands in angle brackets is not translated.

cli = Look into message queues that speak the RocketMQ HTTP protocol: a window, a sandbox broker, and commands for scripts
cli-long =
    Look into message queues that speak the RocketMQ HTTP protocol (Tencent TDMQ
    RocketMQ, Aliyun RocketMQ 4.x, and the sandbox broker inside mqscope).

    Without a command it opens the window.
cli-more =
    Keys:
      Taken from MQSCOPE_ACCESS_KEY, MQSCOPE_SECRET_KEY and, for temporary keys,
      MQSCOPE_SECURITY_TOKEN, or from the keyring with --profile. Never from an
      argument, where every process of this machine could read them.

    Output:
      Results are JSON on stdout, one object a line; errors are JSON on stderr.
      Names of fields, codes and kinds are the same in every language; only texts for
      people (meaning, next_step, and the message of an error of our own) follow it.

    Language:
      That of --lang, else of MQSCOPE_LANG, else of the system's locale. The window
      follows its own setting first.

    Exit codes:
      0  done
      1  the server refused, or answered with something that cannot be read; for
         explain: the signature is not good
      2  wrong usage; also: the window cannot open here
      3  nothing there
      4  no connection, or no answer of this protocol; for sandbox: the address cannot
         be taken

    Environment:
      MQSCOPE_CONFIG_DIR      folder of config.toml, instead of the one of this system
      MQSCOPE_DATA_DIR        folder of what the window and its sandbox keep, instead
                              of the one of this system
      MQSCOPE_SANDBOX_LISTEN  where the window's sandbox listens, instead of
                              127.0.0.1:8080; with port 0 at a free one
      MQSCOPE_LANG            en or zh-CN, as --lang

    Examples:
    { $examples }
cli-publish = Publish one message
cli-publish-more =
    Prints { "{" }"message_id":…,"body_md5":…,"request_id":…{ "}" }.

    Examples:
    { $examples }

    Exit codes:
      0  published
      1  refused by the server: the fault is on stderr
      2  wrong usage, or a message that the protocol cannot carry: nothing was sent
      4  no connection. "outcome_unknown":true means that the message may be stored
         all the same
cli-consume = Take messages for a consumer group and print them
cli-consume-more =
    Looking consumes: the messages are taken from the group until they are acked, or
    until they return at their next_consume_time.

    Without --max and --follow there is one poll. With --max, polls go on until so many
    have come or nothing is there; with --follow, until they are stopped (Ctrl+C,
    SIGTERM). A stop lets the poll in flight finish, so that no message is taken without
    being printed; a second one does not. Once a poll has worked, --follow reports
    trouble that can pass, such as a restart, and goes on.

    Prints one JSON object a message: message_id, body, body_md5, tag, key, properties,
    publish_time, first_consume_time, next_consume_time (Unix milliseconds),
    consumed_times, receipt_handle. A message that cannot be read is reported on stderr
    and never acked.

    Examples:
    { $examples }

    Exit codes:
      0  messages were printed (and acked, with --ack)
      1  refused by the server, or a message was damaged, or an ack was refused
      2  wrong usage: nothing was sent
      3  nothing there
      4  no connection
cli-ack = Acknowledge deliveries by their receipt handles
cli-ack-more =
    Prints { "{" }"receipt_handle":…,"acked":true{ "}" } for each handle, or, if it is refused,
    { "{" }"receipt_handle":…,"acked":false,"code":…,"message":…{ "}" }.

    A handle belongs to one delivery and works until the next_consume_time of that
    delivery.

    Example:
    { $examples }

    Exit codes:
      0  all of them are acked
      1  one or more were refused
      2  wrong usage: nothing was sent
      4  no connection; handles that were not printed may or may not be acked
cli-doctor = Examine the way to a server, step by step
cli-doctor-more =
    Checks, one after the other: the host's name, TCP, TLS (chain, end, name), HTTP, the
    protocol, the clocks, the signature, the topic, the group. Whatever needs something
    that failed is skipped. Nothing is consumed, unless you ask for it with --consume:
    only that proves that the group may consume, and it takes one message from the group
    until its invisible time is over.

    Examples:
    { $examples }

    Exit codes:
      0  all is well, as far as it was checked
      1  something is wrong
      2  wrong usage: nothing was sent
cli-explain = Say why the signature of a request is refused
cli-explain-more =
    Reads an HTTP request, a curl command or the log of an SDK (Java: HttpClient's wire
    log, Go: httputil.DumpRequestOut, PHP and C++: curl -v, C#: HttpRequestMessage, Node:
    DEBUG=mq:client, Python: debuglevel of http.client, or the SDK's logger), and finds
    out by itself which of them it is. If the server's answer stands in the same text, it
    is used as well. Of several requests the last one counts.

    The keys are those that the request should have been signed with; without them it
    says what can be said. What it prints never holds a key, a token or a signature.

    Logs are read later, so an old Date is no mistake by itself: it counts only with
    --at, or where the answer tells the server's time.

    Examples:
    { $examples }

    Exit codes:
      0  the signature is good
      1  it is not, or nobody can tell without the secret key
      2  wrong usage, or nothing that can be read as a request
cli-sandbox = Run the sandbox broker in the foreground, without a window
cli-sandbox-more =
    Prints `listening on http://ADDR` on stdout once it takes requests, and ends cleanly
    on SIGINT and SIGTERM. Everything is gone when it ends, unless it gets a folder with
    --data-dir: then whatever was answered survives even a crash, and so does a moved
    clock.

    Without a file, topics and groups are created on first use. A file can name several
    keys with what each may use, topics and groups with their kinds, and limits:
    --print-config shows them all. Flags win over the file.

    Clients sign with the keys in MQSCOPE_SANDBOX_ACCESS_KEY and
    MQSCOPE_SANDBOX_SECRET_KEY, which win over the keys of the file; by default
    `sandbox` and `sandbox-secret`. The default keys are no secret, so with them it
    listens on this machine only.

    With a token of your choice in MQSCOPE_SANDBOX_ADMIN_TOKEN its admin API is open to
    whoever has that token (see `mqscope admin --help`); without one it is closed.

    Faults:
      OPERATION  publish, consume, ack (also commit and rollback) or any
      TOPIC      a topic, or * for any
      FAULT      latency=50ms, latency=50ms..2s   carried out after a pause
                 stall=5s                         consume: held although messages are
                                                  there
                 access-denied or 403, signature-does-not-match, time-expired or 408,
                 internal-error or 500, qps-limit-exceeded or qps
                 unavailable or 503               503 with an error of the protocol
                 unavailable-text or 503-text     503 with plain text, as of a proxy
                 drop-before                      no answer, and nothing was done
                 drop-after                       no answer, but everything was done
                 truncate                         publish, consume: half of the XML
                 illegal-character                consume: U+0001 in the first body
                 partial-ack, partial-ack-internal-error
                                                  ack: only the first half of the
                                                  handles
      WHEN       next=N: the next N requests; p=P: each with probability P; always, if
                 left out
    For each request, the first rule that strikes is the only one. What hides or damages
    an answer waits for one that matters: an empty poll is answered, and does not count.
    Pauses run in real time and last an hour at most.

    Examples:
    { $examples }

    Exit codes:
      0  stopped by SIGINT or SIGTERM
      1  the data folder cannot be used: damaged, of another version, in use, or not
         writable
      2  wrong usage, or a mistake in the file: stderr says at which line and column
      4  the address cannot be taken, for example because something else listens there
cli-admin = Look into a running sandbox, and move its time
cli-admin-more =
    Prints the answer as one JSON object; metrics are text in the format of Prometheus,
    and refusals are text for people unless --json is given. Times are Unix milliseconds.

    The token is taken from MQSCOPE_SANDBOX_ADMIN_TOKEN, and is the one that the sandbox
    was started with.

    Examples:
    { $examples }

    Exit codes:
      0  done
      1  the sandbox refused, for example the token
      2  wrong usage: nothing was sent
      4  no connection, or no sandbox there
cli-help = Print this message or the help of a command

# Arguments that several commands have.
cli--lang = Language of texts for people: en or zh-CN, by default that of the system
cli--help = Print help: -h in short, --help all of it
cli--version = Print the version
cli--explain = After a failure, say on stderr what it means, what causes it, what to do, and what came
cli--endpoint = URL of the server, such as http://127.0.0.1:8080
cli--endpoint-long = The HTTP endpoint: the TCP one of the same cluster does not answer.
cli--instance = Instance id (the `ns` of the protocol), if the server has several instances
cli--profile = Take endpoint, instance and keys from a connection saved in the window
cli--profile-long = The keys come from the keyring; where it holds none, from the environment.

# Arguments of one command.
cli-publish--topic = Topic to publish to
cli-publish--tag = Tag of the message, for the filters of consumers
cli-publish--key = Key of the message, for finding it again
cli-publish--property = A property of the message; may be given several times
cli-publish--delay = Deliver it that much later: 10s, 5m, 1h30m, 2days
cli-publish--deliver_at = Deliver it at this time: 2026-11-22T10:14:07Z, 2026-11-22T18:14:07+08:00
cli-publish--sharding_key = Messages with the same sharding key are consumed in order
cli-publish--body = Text of the message, or - to read it from stdin, to the last byte
cli-publish--body-long = Before a text that begins with a dash, write --
cli-consume--topic = Topic to consume from
cli-consume--group = Consumer group to consume for
cli-consume--tag = Only messages with this tag, or one of these: TagA||TagB
cli-consume--batch = Most messages of one poll, 1 to 16
cli-consume--wait = How long a poll waits for a message, 0s to 30s
cli-consume--max = Take so many messages and no more
cli-consume--ack = Ack each message once it is printed
cli-consume--follow = Go on until stopped, also when nothing is there
cli-ack--topic = Topic that the messages were consumed from
cli-ack--group = Consumer group that consumed them
cli-ack--handles = Receipt handles, as consume printed them; any number
cli-doctor--topic = Topic that should be there
cli-doctor--group = Consumer group that should be allowed to use it
cli-doctor--consume = Consume one message in the end, which proves the group
cli-doctor--json = Print one JSON object in the end instead of a line a check
cli-explain--file = File with the request; - for standard input
cli-explain--json = Print one JSON object instead of text
cli-explain--profile = Take the keys from a connection saved in the window
cli-explain--profile-long = Where the keyring holds none, from the environment.
cli-explain--at = When the request reached the server, such as 2026-11-22T10:14:07Z
cli-explain--at-long = Also in the form of the Date header.
cli-sandbox--config = File with settings; --print-config writes one to begin with
cli-sandbox--print_config = Print a file with all settings, their defaults and what they mean, and end
cli-sandbox--listen = Address to listen on; port 0 picks a free one [default: 127.0.0.1:8080]
cli-sandbox--auto_create = Whether topics and groups are created on first use [default: true]
cli-sandbox--invisible_time = How long a consumed message is invisible to its group [default: 5m]
cli-sandbox--order_invisible_time = The same for messages consumed in order [default: 1m]
cli-sandbox--max_deliveries = Deliveries without an ack after which a message goes to %DLQ%{ "{" }group{ "}" } [default: 288]
cli-sandbox--retention = How long messages are kept, acked or not [default: 3d]
cli-sandbox--group_start = Where a new group begins: with the oldest message that is kept, or the latest [default: oldest]
cli-sandbox--data_dir = Folder to keep everything in, created if need be; without it, memory only
cli-sandbox--faults = Let something go wrong on purpose: OPERATION:TOPIC:FAULT[:WHEN]; may be given again; see "Faults" below
cli-sandbox--fault_seed = Seed of the faults' probabilities: the same seed and the same requests in the same order meet the same faults [default: 0]

# The commands of admin and their arguments.
cli-admin--endpoint = URL of the sandbox, such as http://127.0.0.1:8080
cli-admin--instance = Instance id (the `ns` of the protocol), if the clients of the sandbox name one
cli-admin--topic = The topic
cli-admin--group = The group
cli-admin-overview = Topics and groups with their counts
cli-admin-statistics = What the sandbox has done since it was started
cli-admin-metrics = The same and more as text for Prometheus
cli-admin-settings = What the sandbox was started with
cli-admin-peek = Messages as they stand, without consuming them
cli-admin-peek--group = As which group has them; without one, none is invisible or acked
cli-admin-peek--state = Only messages that stand like this
cli-admin-peek--state-ready = A consume would find it
cli-admin-peek--state-invisible = Under a lease
cli-admin-peek--state-acked = Acked, or dead
cli-admin-peek--state-delayed = Its delivery time has not come
cli-admin-peek--state-half = Neither committed nor rolled back
cli-admin-peek--from = Where to go on: `next` of the last look
cli-admin-peek--limit = Most messages at once
cli-admin-purge = Remove every message of a topic, for all groups
cli-admin-resend = Send dead letters back to the group that they died in
cli-admin-resend--message_ids = Ids of the messages; without any, all of them
cli-admin-reset = Let a group begin anew; it is done with everything older
cli-admin-reset--to = Where: oldest, latest, or a time such as 2026-11-22T18:14:07+08:00
cli-admin-expire = End a lease as if its time were over
cli-admin-expire--handle = Receipt handle of the delivery
cli-admin-delete-topic = Delete a topic with its messages and groups
cli-admin-delete-group = Delete a group of a topic
cli-admin-clock = The sandbox's time; leases and timed messages follow it
cli-admin-clock-advance = Jump ahead
cli-admin-clock-advance--by = By so much, such as 5m or 1h30m
cli-admin-clock-freeze = Let the time stand still
cli-admin-clock-resume = Let the time go on from where it stands
cli-admin-clock-set = Jump to a time, ahead or back
cli-admin-clock-set--to = That time, such as 2026-11-22T18:14:07+08:00
cli-admin-faults = Faults that the sandbox injects; see `mqscope sandbox --help`
cli-admin-faults-set = Replace all rules and the seed
cli-admin-faults-set--rules = OPERATION:TOPIC:FAULT[:WHEN], as for `mqscope sandbox --fault`
cli-admin-faults-set--seed = Seed of the probabilities
cli-admin-faults-add = Add a rule behind the others
cli-admin-faults-add--rule = OPERATION:TOPIC:FAULT[:WHEN], as for `mqscope sandbox --fault`
cli-admin-faults-remove = Take one rule away
cli-admin-faults-remove--id = Its number, as it is listed
cli-admin-faults-clear = Take all rules away
cli-admin-refusals = The last requests that the sandbox refused, of any client, and why
cli-admin-refusals--json = Print one JSON object instead of text
cli-admin-refusals--after = Only those that came after the one of this number
cli-admin-refusals-clear = Forget all of them

# The words around them.
cli-heading-usage = Usage
cli-heading-commands = Commands
cli-heading-arguments = Arguments
cli-heading-options = Options
cli-heading-connection = Connection
cli-value-command = COMMAND
cli-value-options = OPTIONS
cli-default = [default: { $value }]
cli-values = [possible values: { $values }]
cli-value-means = - { $value }: { $means }

## The command line: what is wrong with arguments

cli-wrong = error: { $what }
cli-wrong-unknown = unexpected argument '{ $argument }' found
cli-wrong-command = unrecognized subcommand '{ $command }'
cli-wrong-no-command = '{ $command }' requires a subcommand but one was not provided
cli-wrong-missing = the following required arguments were not provided:
cli-wrong-no-value = a value is required for '{ $argument }' but none was supplied
cli-wrong-value = invalid value '{ $value }' for '{ $argument }'
cli-wrong-value-why = invalid value '{ $value }' for '{ $argument }': { $why }
cli-wrong-value-more = unexpected value '{ $value }' for '{ $argument }' found; no more were expected
cli-wrong-conflict = the argument '{ $argument }' cannot be used with '{ $other }'
cli-wrong-twice = the argument '{ $argument }' cannot be used multiple times
cli-wrong-utf8 = an argument is not valid UTF-8
cli-wrong-similar = tip: a similar one exists: { $value }
cli-wrong-help = For more information, try '--help'.
cli-wrong-property = write it as key=value
cli-wrong-time = write it as 2026-11-22T10:14:07Z, with Z or an offset at its end
cli-wrong-date = write it as 2026-11-22T10:14:07Z or as Sun, 22 Nov 2026 10:14:07 GMT
cli-wrong-reset = it is oldest, latest or a time; { $how }
cli-wrong-handle = the handle is blank
cli-wrong-seconds = the protocol knows whole seconds only
cli-wrong-wait = a poll waits 30s at most
cli-wrong-group-start = write oldest or latest
cli-wrong-length = '{ $text }' is not a length of time; write it as 10s, 5m or 1h30m
cli-wrong-length-zero = it must be at least one millisecond
cli-wrong-fault-shape = a fault is OPERATION:TOPIC:FAULT or OPERATION:TOPIC:FAULT:WHEN, not '{ $found }'
cli-wrong-fault-operation = the operation is '{ $found }'; use publish, consume, ack or any
cli-wrong-fault-topic = the topic of a fault is a name of letters, digits, - _ and %; use * for any topic
cli-wrong-fault-kind = the fault '{ $found }' is not known
cli-wrong-fault-other = the fault { $found } is not one of this operation
cli-wrong-fault-pause = the pause '{ $found }' is not such as 50ms, 2s or 50ms..2s, at most an hour
cli-wrong-fault-probability = the probability { $found } is not from 0 to 1
cli-wrong-fault-when = the condition '{ $found }' is neither next=N nor p=0..1
cli-wrong-lang = there are en and zh-CN

## Mistakes in files of settings

file-at = { $path }: line { $line }, column { $column }: { $what }
file-says = This is not written as TOML is ({ $what })
file-name-twice = This name is there already; leave one of them out
file-no-value = A value is missing, or the name holds a blank; write it as name = value
file-unquoted = No value that can be read; a text stands in quotes, such as name = "text", and a list has commas
file-unclosed-bracket = A bracket is not closed
file-unclosed-text = A text is not closed: its quotation mark is missing at the end, or at the beginning
file-escape = A backslash means something else in double quotes; write two of them, or put the text in single quotes
file-comma-missing = A comma is missing between two values, or a bracket is not closed
file-comma-extra = There is a comma too many
file-equals-extra = There is an equals sign too many, or a comma is missing before it
file-name-spelt = A name is made of letters, digits, - and _; any other stands in quotes
file-no-number = This is no number as TOML writes them, or one too large
file-unexpected = Nothing more may stand here; write each setting on a line of its own
file-wants-time = “{ $found }” is not a length of time; write it as 10s, 5m or 1h30m
file-time-too-short = A length of time is at least one millisecond here
file-wants-address = Expected an address and a port, such as 127.0.0.1:8080 or [::1]:8080
file-pattern = “{ $found }” fits no name; use letters, digits, - _ % and * for any of them
file-refused = The system does not let it be read ({ $what })
file-utf8 = This is no text in UTF-8
file-proxy = Expected system, none or an address such as http://host:3128
file-zone = { $name } is no time zone; expected local, utc or a place such as Asia/Shanghai
file-wants-choice = Expected one of { $choices }, not { $found }
file-unknown-name = No setting is called { $found } here; there are { $choices }
file-missing = { $name } is missing here
file-wants-boolean = Expected true or false
file-wants-text = Expected a text in quotes
file-wants-list = Expected a list in square brackets
file-wants-table = Expected a table of settings
file-wants-number = Expected a whole number from { $min } to { $max }
file-wants-positive = Expected a whole number of at least 1
file-wants-whole = Expected a whole number, 0 or more
file-wants-size = Expected a size such as 65536, "64KiB" or "4MiB"
file-no-keys = Without keys nobody could come in
file-access-key = An access key has at least one character and no blanks
file-secret-empty = The secret is empty
file-secret-which = Give the key either a secret-key or a secret-key-env
file-variable = The variable { $name } is not set
file-twice = { $name } is there twice
file-folder = Name a folder, or leave it out

## The command line: what it says to people

cli-say-no-body = give the body as an argument, or - to read stdin
cli-say-no-server = give --endpoint or --profile
cli-say-read-only = the profile { $name } is read-only, so it cannot { $action }; unlock it in the window if you mean it
cli-say-profile-unusable = the profile { $name } cannot be used: { $why }
cli-say-no-config-folder = this system has no place for a configuration; name a folder in MQSCOPE_CONFIG_DIR
cli-say-profile-twice = several profiles are called { $name }; rename them in the window
cli-say-profile-none = there is no profile { $name }, and none at all in { $path }; save one in the window, or use --endpoint
cli-say-profile-other = there is no profile { $name }; there are { $names }
cli-say-keyring-empty = the keyring holds no keys for it
cli-say-keyring-silent = the keyring could not be asked
cli-say-keys-missing = set { $names } in the environment, or use --profile
cli-say-keys-missing-for = no keys for the profile { $name }: { $why }. Enter them in the window, or set { $names } in the environment
cli-say-and = { $first } and { $second }
cli-say-message = the message cannot be sent: { $problems }
cli-say-stdin = cannot read stdin: { $why }
cli-say-stdin-large = stdin holds more than the { $max } bytes that a body may have
cli-say-stdin-utf8 = stdin is not UTF-8 (at byte { $at }), and the protocol carries text only; encode it, for example as base64
cli-say-signals = cannot listen for signals: { $why }
cli-say-stdout = cannot write to stdout: { $why }
cli-say-unprinted = taken but not printed: { $count }; they return to the group at their next_consume_time
cli-say-stopping = stopping once the poll in flight has ended, so that its messages are not lost; stop again to end at once
cli-say-md5 = the body of { $id } is not the one that its MD5 speaks of
cli-say-maybe-taken = the ack was sent more than once: an earlier attempt, whose answer was lost, may have been taken
cli-say-file = cannot read { $name }: { $why }
cli-say-address = { $address } is in use by another program; stop that one, or choose another port with --listen (port 0 picks a free one)
cli-say-with-words = { $what } ({ $words })
cli-say-in-file = { $path }: { $what }
cli-say-time-moved = the sandbox's time is still moved: it is { $now } there; mqscope admin clock moves it
cli-say-set-keys = { $why }. Keys are set in { $secret } (and { $access }) or in the file
cli-say-listen-variable = { $name } is no address to listen on: { $typed }. Write it as 127.0.0.1:8080, or with port 0 for a free one
cli-say-token = set { $name } to the token that the sandbox was started with
cli-say-explain = Run it with --explain to see what this means and what to do

## The command line: why the window cannot open

cli-window-no-display =
    mqscope: no display: neither DISPLAY nor WAYLAND_DISPLAY is set, so the window has
    nowhere to open.

    At a desktop, start it from a terminal of that desktop.
    Over SSH, connect with `ssh -X`, or set DISPLAY.
cli-window-no-answer =
    mqscope: the display does not answer: { $said }.

    DISPLAY or WAYLAND_DISPLAY names a display that is not there, or that this user may
    not use.
cli-window-library = mqscope: the window cannot open: { $library } is missing.
cli-window-some-library = a library of the window system
cli-window-package = On Debian and Ubuntu it is in the package { $package }.
cli-window-all =
    Everything that the window needs on Debian and Ubuntu:
      sudo apt-get install { $packages }

    Without a window:
      mqscope sandbox   runs the sandbox broker
      mqscope --help    lists the commands for scripts

## Closing the window

quit-title = { $n ->
    [one] You hold one message
   *[other] You hold { $n } messages
}
quit-what = What is not acked returns to its group by itself: the first in { $first }, the last in { $last }. Until then nobody else gets it
quit-work = { $n ->
    [one] Something is still going on
   *[other] { $n } things are still going on
}
quit-of = { $done } of { $total } are through
quit-done = { $done } are through
quit-repeat = Publishing the form again and again: { $far }; the others are not sent
quit-file = Publishing { $name }: { $far }; the other lines are not sent
quit-letters = Sending dead letters again: { $far }; the others stay where they are
quit-replay = Replaying: { $far }; the others are not sent
quit-export = Exporting to { $name }: { $far }; the file is written only once it is complete
quit-bodies = Exporting bodies to { $name }: { $far }; the others are not written
quit-yes = Quit
quit-no = Stay
notice-workspace-not-written = Drafts and tabs could not be kept for the next start
notice-workspace-not-written-next = Make sure that the folder can be written; what was typed stays in this window
notice-workspace-damaged = Drafts and tabs of the last run could not be read; the file was set aside as { $path }
notice-workspace-damaged-next = mqscope starts with a fresh window; connections and keys are not affected

## Ordered views: which sharding keys wait

order-waiting = { $n ->
    [one] One sharding key waits for an ack
   *[other] { $n } sharding keys wait for an ack
}
order-waiting-why = The group gets more of a key only after everything handed out of it is acked
order-key = { $n ->
    [1] { $key } · { $left }
   *[other] { $key } ×{ $n } · { $left }
}
order-key-why = { $key }: { $n ->
    [one] one message is out, until { $at }
   *[other] { $n } messages are out, until { $at }
}. Once acked, more of this key comes; unacked, the same comes again
order-no-key = (no key)
order-more = and { $n } more
order-unseen = and perhaps more: only the first to return are looked at

## Status line

status-sandbox-starting = Sandbox starting
status-sandbox-running = Sandbox http://{ $addr }
status-sandbox-failed = Sandbox not running
status-summary = { $received } received · { $acked } acked · arrivals { $arriving } · acks { $acking } · { $others }
status-publish = publish { $time }
status-received = { $n } received · { $rate }
status-acked = { $n } acked · { $rate }
status-committed = { $n } committed
status-rolled-back = { $n } rolled back
status-redelivered = { $n } redelivered
status-errors = { $n ->
    [one] 1 error
   *[other] { $n } errors
}
status-held = { $n } held · { $left }
status-none-held = { $n } held
status-evicted = { $n } old messages let go to save memory

## Export and opened files

archive-more = Export and replay
archive-export = Export…
archive-stop-export = Stop the export
archive-stop-replay = Stop the replay
archive-stop-reading = Stop reading
archive-stopping = Stopping…
archive-dismiss = Close
archive-collecting = Counting: { $n }
archive-gone = { $n ->
    [one] one row was let go to save memory before its turn
   *[other] { $n } rows were let go to save memory before their turn
}
archive-ack-failed = The ack did not get through
archive-ack-failed-next = What became of it was not seen
archive-csv-other = { $columns } are no columns of messages: it takes one called body or id
archive-csv-other-next = Open an export of mqscope, call a column body, or publish it: From file… in the publish form takes any columns
archive-csv-unknown = Columns passed over: { $columns }
archive-csv-zone = Times that do not say their time zone are read as { $zone }, as the settings have it
archive-csv-no-body = The table has no column of bodies: they are empty here
archive-csv-cell = { $text } cannot be read in column { $column }
archive-line-json = not JSON at character { $at }: { $why }
archive-line-object = not a JSON object
archive-line-field = a value cannot be read: { $why }
archive-line-body = there is no body
archive-line-properties = the properties cannot be read: they must be an object or a list of pairs
archive-line-utf8 = not UTF-8
archive-line-long = longer than 64 MB
archive-export-failed = { $path } was not written
archive-export-bodies-failed = Not all bodies were written to { $path }
archive-export-failed-next = Choose another place and export again
archive-export-exists-next = Something of this name is there already: choose another one, or agree to replace the file
archive-export-denied-next = Choose a folder that you may write to
archive-export-full-next = Make room on the disk, or choose another one
archive-open-failed = { $path } could not be read
archive-open-failed-next = Check that it is a file of messages
archive-open-missing-next = It may have been moved or renamed: open it where it is now
archive-open-denied-next = Make sure that you may read it
export-title = Export messages
archive-which = Messages
archive-shown = Shown ({ $n })
archive-selected = Selected ({ $n })
archive-all = All ({ $n })
archive-nothing = There are no such messages
export-as = Format
export-bodies = Bodies
export-jsonl-what = Everything but the receipt handles, deliveries included; can be opened again here
export-csv-what = A row for each message, for spreadsheets and scripts
export-csv-columns = Only the columns of the table
export-csv-safe = Safe for spreadsheets
export-csv-safe-why = A ' goes before what spreadsheets take for a formula, and they read the text as UTF-8
export-bodies-what = A file for each body; files that are there are never replaced
export-file = File
export-folder = Folder
export-yes = Export
export-going = Exporting { $done } of { $total }
export-done = { $n ->
    [one] Exported one message to { $path } ({ $size })
   *[other] Exported { $n } messages to { $path } ({ $size })
}
export-stopped = Export stopped, no file was written
export-stopped-bodies = { $n ->
    [one] Export stopped, one body was written
   *[other] Export stopped, { $n } bodies were written
}
archive-replay = Replay…
replay-title = Replay messages
replay-connection = To
replay-topic = To topic
replay-read-only = { $name } is read-only: choose another connection, or lift its lock
replay-sure = Yes, publish these messages to { $name }
replay-speed = Speed
replay-original = Original
replay-scaled = Scaled
replay-unpaced = As fast as possible
replay-times-ends = From { $least } to { $most }
replay-times = Times as fast
replay-order = One after the other, in the order in which they were published, with the original pauses
replay-order-unpaced = One after the other, in the order in which they were published
replay-yes = Replay
replay-going = Replaying { $done } of { $total }
replay-next = next in { $left }
replay-done = { $total ->
    [one] Replayed { $n } of one message
   *[other] Replayed { $n } of { $total } messages
}
replay-stopped = Replay stopped after { $n } of { $total }
replay-failed = { $n } failed
replay-unknown = { $n } without an answer, may be stored
replay-unfit-count = { $n } cannot be sent
replay-property = The property { $key } cannot be read
replay-unfit = This server does not take such a message
replay-unfit-next = Change it by hand and publish it
open-menu = Open file…
tabs-more = More to open
open-title = Open file
open-file = File to open
open-what = JSONL as mqscope exports it, or any JSONL with a body on each line
open-yes = Open
file-title = File { $name }
file-what = From a file: nothing is held
file-from = { $topic } as { $group } got it, exported { $at }
file-reading = { $n } read
file-holds = { $n ->
    [one] one message · { $size }
   *[other] { $n } messages · { $size }
}
file-stopped = Stopped after { $n }, the rest is not shown
file-again = Read again
file-newer = Written by a newer mqscope (version { $version }): what this one does not know is left out
file-cut = The end is missing: the file was cut short, and there may have been more
file-bad = { $n ->
    [one] One line could not be read
   *[other] { $n } lines could not be read
}
file-bad-show = Show them
file-bad-hide = Hide details
file-bad-line = Line { $line }: { $what }
file-bad-more = … and { $n } more
empty-file = No messages in this file
empty-file-next = Open another file to see messages here
empty-file-reading = Reading…
delivery-unseen = not acked when it was exported, returns { $at }
ending-unseen = Not acked

## Paths of files

path-browse = Browse…
path-no-dialog = No file dialog here, type the path
path-nothing = There is no such file
path-no-folder = There is no folder { $folder }
path-is-folder = This is a folder, not a file
path-is-file = This is a file, not a folder
path-unreadable = Cannot be looked at: { $why }
path-replace = Replace the file that is there ({ $size })

## What places and rows are called for screen readers

app-name = mqscope
pane-top = Toolbar
pane-status = Status
pane-details = Message details
pane-views = Consume views
pane-time-faults = Time and faults
pane-entry = Details of the publish
pane-exchange = Details of the exchange
pane-bytes = Bytes of the body
drawer-tabs = Parts of the drawer
look-tabs = Ways to look at the body
dock-tabs = Open views
splitter-name = Size of { $pane }
column-times-name = Deliveries
name-separator = { ", " }
row-menu = Actions for this row
row-name = { $id }, { $state }
row-left-minutes = { $n } minutes left at most
row-left-seconds = { $n } seconds left at most
row-tag = tag { $tag }
row-key = key { $key }
row-times = delivered { $n } times

## The live table

filter-name = Filter
filter-hint = Filter body, tag, key, property…
filter-help = Words in any case, "two words", /regex/i, tag:x, key:x, body:x, id:x, prop.NAME:x, is:held, acked, returned, refused, failed, redelivered, damaged, duplicate, same-key or same-body; -x for all without x
filter-wrong = At character { $at }: { $what }. The last good filter still holds
filter-open-quote = close the quote with "
filter-open-pattern = close the regular expression with /
filter-flag = only i can follow a regular expression, not { $found }
filter-pattern = not a valid regular expression: { $why }
filter-too-large = this regular expression is too large
filter-no-value = say what to look for after the colon; "" finds what is there at all
filter-state = { $found } is nothing that a message can be; use held, acked, returned, refused, failed, redelivered, damaged, duplicate, same-key or same-body
notice-lost = { $n ->
    [one] One message in hand was let go: the { $budget } MB for messages are full
   *[other] { $n } messages in hand were let go: the { $budget } MB for messages are full
}
notice-lost-next = Their handles are lost, so they cannot be acked from here; within { $minutes } min they return to their group. Ack what is done, close views or pause to take less at a time
status-lost = { $n } in hand let go
table-shown = { $shown } of { $all } shown
table-scroll = Scroll through the messages
table-busy = sorting { $percent } %
table-news = { $n ->
    [one] one new
   *[other] { $n } new
}
table-columns = Columns
table-columns-of = { $shown } of { $all } columns
columns-no-room = Too narrow for { $columns }: make the view wider, or show fewer columns
column-no-room = No room
column-head-hint = { $column }. Click to sort; drag to move, or { $moves }; drag the edge for its width, or { $sizes }
column-width = Width of { $column }
column-move-left = Move { $column } left
column-move-right = Move { $column } right
columns-reset = Default columns
column-size = Size
column-published = Published
sorted-up = { $column }, smallest first
sorted-down = { $column }, largest first
state-held = Held
row-pin = Pin on top
row-unpin = Unpin
row-pinned = Pinned on top
view-pause = Pause
view-resume = Resume
view-pause-why = Paused, nothing more is taken from the group; what is held stays held
empty-paused = Paused
empty-paused-next = Nothing is taken from the group until you press Resume
empty-show-all = Show all messages
empty-filtered = Nothing matches the filter
empty-filtered-next = Messages are there; change the filter to see them
## The body of a message in the details
look-xml = XML
look-hex = Hex
look-raw = Raw XML
look-diff = Diff
viewer-opening = Opening…
viewer-busy = Too much is going on to open this
viewer-again = Try again
viewer-tree = JSON tree
viewer-fold = Fold { $path }
viewer-unfold = Unfold { $path }
viewer-fold-all = Fold all
viewer-unfold-all = Unfold all
viewer-long-value = … { $size } in all; copy the value or see Text
viewer-wrap = Wrap lines to the width
viewer-wrapped = { $n ->
    [one] 1 very long line, wrapped at { $columns } columns for display
   *[other] { $n } very long lines, wrapped at { $columns } columns for display
}
viewer-rebuilt = Written anew from what was read; the bytes that came are not kept
viewer-decoded = Decoded from { $steps }
viewer-decode = Decode { $steps }
viewer-decode-why = Show the body decoded, or as it came
viewer-md5-both = The broker says { $expected }, the body has { $computed }
viewer-too-large = Unpacks to more than { $size }: only that much is shown
viewer-torn = Unpacks only in part: { $why }
json-broken = Begins like JSON but is not: { $why }
json-broken-at = Begins like JSON but is not: { $why } (line { $line }, column { $column })
json-cut = it ends too early
json-colon = a colon is missing after a name
json-comma-list = a comma or ] is missing
json-comma-object = a comma or { "}" } is missing
json-value = a value is missing
json-word = a word without quotes can only be true, false or null
json-key = names stand in double quotes
json-escape = no such sequence begins with \
json-number = numbers are not written like this
json-unicode = \u has to be followed by the code of a character
json-control = a line break or control character in a text has to be escaped
json-comma-extra = there is a comma too many
json-behind = something stands behind its end
json-other = { $what }
viewer-too-many = More than 4 million values: too many for a tree, shown as text
viewer-not-text = Not text: bytes that cannot be read are shown as �, Hex has them all
viewer-find = Find in body
viewer-find-open = Find in body
viewer-find-case = Match case (Aa)
viewer-find-regex = Regular expression
viewer-find-previous = Previous match
viewer-find-next = Next match
viewer-find-close = Close search
viewer-find-none = No match
viewer-find-broken = Not an expression: { $why }
viewer-copy = Copy
viewer-copy-path = Copy path
viewer-copy-value = Copy value
viewer-copy-decoded = Copy decoded body
viewer-copy-formatted = Copy formatted body
viewer-copy-hex = Copy bytes as hex
viewer-copy-raw = Copy raw XML
viewer-copy-handle = Copy handle
viewer-copy-tag = Copy tag
viewer-copy-key = Copy key
viewer-copy-md5 = Copy MD5
viewer-copy-property = Copy { $key }
viewer-diff-delivery = Previous delivery
viewer-diff-key = Previous with this key
viewer-diff-seeking = Looking for the previous message with this key…
viewer-diff-comparing = Comparing…
viewer-diff-no-delivery = No earlier delivery to compare with: this is the first that came here
viewer-diff-no-key = No earlier message with this key in this view
viewer-diff-keyless = This message has no key
viewer-diff-with = Compared with { $id }
viewer-diff-identical = Identical
viewer-diff-same-body = The bodies are identical
viewer-diff-layout = The bodies differ in white space or wrapping only
viewer-diff-coarse = Too different to compare word by word
viewer-diff-skipped = { $n ->
    [one] 1 equal line
   *[other] { $n } equal lines
}
viewer-ack-damaged = Ack this message
viewer-ack-over = Nothing is held any more that could be acked
viewer-ack-no-handle = The handle could not be read: the message returns by itself
viewer-place = Byte { $byte }, line { $line }, column { $column }
viewer-place-end = the text ends here
