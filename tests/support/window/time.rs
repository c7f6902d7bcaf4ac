//! Time in the window: moved by hand, drawn frame by frame, and waited for only through the worker.

use std::net::SocketAddr;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use mqscope::i18n::Lang;
use mqscope::protocol::Timestamp;
use mqscope::session::Desktop;

use super::{FRAMES, LIMIT, Window, audit, say};

impl Window {
    /// Moves everybody's clock forward and draws what that changes.
    pub(crate) fn advance(&mut self, by: Duration) {
        self.hand.advance(by);
        self.settle();
    }

    /// Sets everybody's clock and draws what that changes.
    pub(crate) fn set_time(&mut self, to: Timestamp) {
        assert!(self.clock.now() <= to, "time does not run backwards");
        self.hand.set(to);
        self.settle();
    }

    /// Draws one frame.
    pub(crate) fn draw(&mut self) {
        self.harness.step();
    }

    /// Draws until nothing is left that the window could do by itself. In every state it has to be good
    /// for a screen reader, too.
    pub(crate) fn settle(&mut self) {
        for _ in 0..FRAMES {
            self.harness.step();
        }
        self.assert_spoken();
    }

    /// Fails if something in the window is without a role, a name or a value that a screen reader
    /// needs, or speaks another language than the window.
    #[track_caller]
    pub(crate) fn assert_spoken(&self) {
        let things = audit::things(self.harness.root());
        let mut flaws = audit::flaws(&things);
        flaws.extend(audit::unsaid(self.harness.root(), self.shapes()));
        let chinese = say(Lang::ZhCn, "pane-top");
        if things.iter().any(|thing| thing.name == chinese) {
            flaws.extend(audit::foreign(&things));
        }
        assert!(flaws.is_empty(), "{flaws:#?}\n{}", self.tree());
    }

    /// Waits for the worker to bring about what is asked for. Fails with all that can be seen.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, there: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + LIMIT;
        loop {
            self.settle();
            if there(self) {
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            // The window has more to do than it does in so many frames.
            if self.repaints_after().is_zero() && !left.is_zero() {
                continue;
            }
            match self.wakes.recv_timeout(left) {
                // Many wakes are as good as one.
                Ok(()) => while self.wakes.try_recv().is_ok() {},
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("the worker ended before: {what}\n{}", self.tree())
                }
                Err(RecvTimeoutError::Timeout) => panic!("never: {what}\n{}", self.tree()),
            }
        }
    }

    /// The same, with every single frame looked at.
    #[track_caller]
    pub(crate) fn until_first_frame(&mut self, what: &str, there: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + LIMIT;
        loop {
            self.draw();
            if there(self) {
                return;
            }
            assert!(Instant::now() < deadline, "never: {what}\n{}", self.tree());
            let _ = self.wakes.recv_timeout(Duration::from_millis(20));
        }
    }

    /// Waits until this can be read somewhere.
    #[track_caller]
    pub(crate) fn until_shown(&mut self, text: &str) {
        self.until(&format!("{text:?} is shown"), |window| window.shows(text));
    }

    /// Waits for something outside the window that nobody announces, such as a file.
    #[track_caller]
    pub(crate) fn until_outside(&mut self, what: &str, there: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + LIMIT;
        while !there(self) {
            assert!(Instant::now() < deadline, "never: {what}");
            let _ = self.wakes.recv_timeout(Duration::from_millis(20));
            self.settle();
        }
    }

    /// Waits for something that also needs time to go by, such as another try of a client: a second
    /// at a time, as often as it takes.
    #[track_caller]
    pub(crate) fn until_in_time(&mut self, what: &str, there: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + LIMIT;
        while !there(self) {
            assert!(Instant::now() < deadline, "never: {what}\n{}", self.tree());
            self.advance(Duration::from_secs(1));
            let _ = self.wakes.recv_timeout(Duration::from_millis(50));
            self.settle();
        }
    }

    /// Waits until the first view polls. The group is there as soon as its poll has reached the
    /// sandbox, so there is a poll in flight from then on.
    #[track_caller]
    pub(crate) fn until_running(&mut self) {
        self.until("the first view polls", |window| window.has("GID_debug"));
    }

    /// Stops the view that is shown. Its poll in flight ends when its three seconds are over; one
    /// that reaches the sandbox only after that has three more.
    #[track_caller]
    pub(crate) fn stop(&mut self) {
        self.click("Stop");
        let deadline = Instant::now() + LIMIT;
        while !self.has("Start") {
            assert!(Instant::now() < deadline, "never stops\n{}", self.tree());
            self.advance(Duration::from_secs(3));
            let _ = self.wakes.recv_timeout(Duration::from_millis(250));
            self.settle();
        }
    }

    /// The sandbox listens here when it starts the next time.
    pub(crate) fn sandbox_may_listen(&mut self, on: SocketAddr) {
        self.sandbox.send_modify(|settings| settings.listen = on);
    }

    /// What the desktop asks for changes.
    pub(crate) fn desktop_asks(&mut self, desktop: Desktop) {
        self.desktop.send_replace(desktop);
    }
}
