"""A screen reader's view of the running window, over AT-SPI: publishes a message, hears that it came,
reads its row, acks it, and hears that too. Nothing is done by pointer or keyboard.

Started with the process id of the window and the key to publish with. Prints a line of JSON for each
thing done or heard; ends with a failure and the whole tree if something does not come about.
"""

import json
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib  # noqa: E402
import pyatspi  # noqa: E402

# Far longer than anything here takes on a busy machine.
LIMIT = 90

heard = []


def say(what, **values):
    print(json.dumps({"what": what, **values}, ensure_ascii=False), flush=True)


def turn_on():
    """Tells the desktop that a screen reader runs, as one does when it starts."""
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    for name in ("IsEnabled", "ScreenReaderEnabled"):
        value = GLib.Variant("(ssv)", ("org.a11y.Status", name, GLib.Variant("b", True)))
        bus.call_sync(
            "org.a11y.Bus", "/org/a11y/bus", "org.freedesktop.DBus.Properties", "Set",
            value, None, Gio.DBusCallFlags.NONE, 10_000, None,
        )


def on_announcement(event):
    text = event.any_data
    heard.append(text)
    say("heard", text=text, detail=event.detail1)


def walk(node, depth=0):
    """Everything below a node that is there at this moment."""
    try:
        count = node.childCount
    except GLib.Error:
        return
    for place in range(count):
        try:
            child = node.getChildAtIndex(place)
            if child is None:
                continue
            yield depth, child
        except GLib.Error:
            continue
        yield from walk(child, depth + 1)


def turn():
    """Lets events in, and other programs go on."""
    context = GLib.MainContext.default()
    while context.pending():
        context.iteration(False)
    time.sleep(0.05)


def until(what, look):
    """Looks until there is something to see."""
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        turn()
        try:
            found = look()
        except GLib.Error:
            continue
        if found:
            return found
    print(f"never: {what}; heard: {heard}", file=sys.stderr)
    for depth, node in walk(pyatspi.Registry.getDesktop(0)):
        try:
            print("  " * depth, node.getRoleName(), repr(node.name), file=sys.stderr)
        except GLib.Error:
            pass
    sys.exit(1)


def window(pid):
    """The window of a process, by the name that it has."""
    for app in pyatspi.Registry.getDesktop(0):
        if app is not None and app.get_process_id() == pid:
            for frame in app:
                if frame.getRole() == pyatspi.ROLE_FRAME and frame.name:
                    return frame
    return None


def below(node, role, fits):
    for _, child in walk(node):
        if child.getRole() == role and fits(child.name):
            return child
    return None


def usable(node):
    return node is not None and node.getState().contains(pyatspi.STATE_ENABLED)


def main():
    pid, key = int(sys.argv[1]), sys.argv[2]
    turn_on()
    listener = Atspi.EventListener.new(on_announcement)
    listener.register("object:announcement")
    frame = until("the window is there", lambda: window(pid))
    say("window", name=frame.name)

    # The consume view and the form have fields of the same names: each is in a place with a name.
    form = until("the form", lambda: below(frame, pyatspi.ROLE_PANEL, lambda name: name == "Publish"))
    field = until("the field", lambda: below(form, pyatspi.ROLE_ENTRY, lambda name: name == "Key"))
    field.queryEditableText().setTextContents(key)

    def is_typed():
        text = field.queryText()
        return text.getText(0, text.characterCount) == key

    until("the key is typed", is_typed)
    button = below(form, pyatspi.ROLE_PUSH_BUTTON, lambda name: name == "Publish")
    button.queryAction().doAction(0)
    say("published", key=key)

    until("the arrival is announced", lambda: [text for text in heard if "arrived" in text])
    row = until(
        "the row is there",
        lambda: below(frame, pyatspi.ROLE_TABLE_ROW, lambda name: f"key {key}" in name),
    )
    say("row", name=row.name)
    row.queryAction().doAction(0)
    until(
        "the details are there",
        lambda: below(frame, pyatspi.ROLE_TREE_ITEM, lambda name: "orderId" in name or ":" in name),
    )
    ack = until(
        "the row can be acked",
        lambda: below(row, pyatspi.ROLE_PUSH_BUTTON, lambda name: name.startswith("Ack ")),
    )
    until("the button is alive", lambda: usable(ack))
    name = ack.name
    ack.queryAction().doAction(0)
    until("the ack is announced", lambda: [text for text in heard if "acked" in text])
    say("acked", name=name)


main()
