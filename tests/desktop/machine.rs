//! A display, a session bus and a keyring of our own, and the real window on them. Everything that
//! is started here is ended here, by whoever started it.

use std::collections::HashSet;
use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use egui::Pos2;
use mqscope::cli::LISTEN_VARIABLE;
use tempfile::TempDir;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ClientMessageEvent, ConnectionExt as _, EventMask, ImageFormat};
use x11rb::rust_connection::RustConnection;

use crate::support::{LIMIT, Running, mqscope, run};

/// Between two looks at something that nobody announces.
const GLANCE: Duration = Duration::from_millis(50);

/// Programs without which there is no such machine, with the Debian package that has them.
const PROGRAMS: [(&str, &str); 5] = [
    ("Xvfb", "xvfb"),
    ("xdotool", "xdotool"),
    ("dbus-daemon", "dbus"),
    ("dbus-send", "dbus"),
    ("gnome-keyring-daemon", "gnome-keyring"),
];

/// A desktop for one test.
pub(crate) struct Machine {
    display: String,
    bus: String,
    home: TempDir,
    /// Pixels a point.
    scale: u16,
    /// Where the sandboxes of its windows listen.
    listen: &'static str,
    // In the order in which they have to end.
    _keyring: Running,
    _bus: Running,
    _display: Running,
}

impl Machine {
    /// Starts it; `None`, after saying so, where a program is missing. In CI that is a failure:
    /// there, it would hide every one of these tests.
    pub(crate) fn start() -> Option<Self> {
        // The usual place may be another window's.
        Self::start_with(1, "127.0.0.1:0")
    }

    /// The same with a display of so many pixels a point, and sandboxes that listen there.
    pub(crate) fn start_with(scale: u16, listen: &'static str) -> Option<Self> {
        let missing: Vec<&str> = PROGRAMS
            .iter()
            .filter(|(program, _)| !is_installed(program))
            .map(|&(_, package)| package)
            .collect();
        if missing.is_empty() {
            return Some(Self::start_all(scale, listen));
        }
        let reason = format!("missing packages: {}", missing.join(", "));
        assert!(
            std::env::var_os("CI").is_none_or(|value| value != "true"),
            "{reason}"
        );
        // Not eprintln: the test harness would swallow that of a passing test.
        let _ = writeln!(std::io::stderr(), "skipped: {reason}");
        None
    }

    fn start_all(scale: u16, listen: &'static str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let runtime = home.path().join("runtime");
        fs::create_dir(&runtime).unwrap();
        // Others refuse to use it otherwise.
        fs::set_permissions(&runtime, fs::Permissions::from_mode(0o700)).unwrap();

        let mut command = Command::new("Xvfb");
        command
            .args(["-displayfd", "1", "-screen", "0"])
            .arg(format!("{}x{}x24", 1600 * scale, 1000 * scale))
            // Without it, the server resets itself when its last client leaves.
            .args(["-noreset", "-nolisten", "tcp"]);
        let mut display_server = Running::start(command, b"");
        let display = format!(":{}", display_server.line().trim());

        let mut command = Command::new("dbus-daemon");
        command.args(["--session", "--nofork", "--nopidfile", "--print-address=1"]);
        of_this_home(&mut command, &home);
        let mut session_bus = Running::start(command, b"");
        let bus = session_bus.line();

        let mut command = Command::new("gnome-keyring-daemon");
        command.args(["--foreground", "--unlock", "--components=secrets"]);
        of_this_home(&mut command, &home);
        command.env("DBUS_SESSION_BUS_ADDRESS", &bus);
        // The password of a keyring that it makes itself.
        let keyring = Running::start(command, b"\n");

        let machine = Self {
            display,
            bus,
            home,
            scale,
            listen,
            _keyring: keyring,
            _bus: session_bus,
            _display: display_server,
        };
        machine.until("the keyring is on the bus", || machine.has_keyring());
        machine.write_config("[preferences]\nlanguage = \"en\"\nfirst-minute-seen = true\n");
        machine
    }

    fn has_keyring(&self) -> bool {
        self.has_name("org.freedesktop.secrets")
    }

    fn has_name(&self, name: &str) -> bool {
        let mut command = Command::new("dbus-send");
        command
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .args(["--session", "--print-reply", "--dest=org.freedesktop.DBus"])
            .args(["/", "org.freedesktop.DBus.GetNameOwner"])
            .arg(format!("string:{name}"));
        run(command, b"").status.success()
    }

    /// `mqscope` with this machine's settings and, if wanted, its keyring.
    pub(crate) fn mqscope(&self, keyring: bool) -> Command {
        let mut command = mqscope(&self.home);
        of_this_home(&mut command, &self.home);
        command.env("MQSCOPE_CONFIG_DIR", self.config_folder());
        if keyring {
            command.env("DBUS_SESSION_BUS_ADDRESS", &self.bus);
        } else {
            // A bus that is not there; without the variable one might be looked for.
            command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
        }
        command
    }

    /// Where its session bus is.
    pub(crate) fn bus(&self) -> &str {
        &self.bus
    }

    /// The bus of the screen readers, on this machine's own.
    pub(crate) fn start_reader_bus(&self, launcher: &str) -> Running {
        let mut command = self.program(launcher);
        command.arg("--launch-immediately");
        let bus = Running::start(command, b"");
        self.until("the bus of the screen readers is there", || {
            self.has_name("org.a11y.Bus")
        });
        bus
    }

    /// Another program of this desktop.
    pub(crate) fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        of_this_home(&mut command, &self.home);
        command
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env("DISPLAY", &self.display);
        command
    }

    /// The real window, up and with the keyboard.
    pub(crate) fn open_window(&self) -> RealWindow {
        let mut command = self.mqscope(true);
        command
            .env("DISPLAY", &self.display)
            .env(LISTEN_VARIABLE, self.listen)
            // Whatever the display says of its size.
            .env("WINIT_X11_SCALE_FACTOR", self.scale.to_string())
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("WAYLAND_SOCKET");
        let process = Running::start(command, b"");
        let pid = process.id().to_string();
        let (connection, _) = x11rb::connect(Some(&self.display)).unwrap();
        let mut window = None;
        let appeared = looked_for(|| {
            let mut search = self.xdotool();
            search.args([
                "search",
                "--onlyvisible",
                "--all",
                "--pid",
                &pid,
                "--name",
                "mqscope",
            ]);
            let found = run(search, b"").stdout;
            window = found.lines().next().and_then(|id| id.parse().ok());
            window.is_some()
        });
        let Some(window) = window.filter(|_| appeared) else {
            // Fails with all that it said, whether it still runs or not.
            panic!("no window: {:#?}", process.finish(Duration::ZERO));
        };
        let window = RealWindow {
            process,
            connection,
            window,
            display: self.display.clone(),
            scale: self.scale,
        };
        // There is no window manager that would give it the keyboard.
        window.xdotool(&["windowfocus", "--sync", &window.window.to_string()]);
        window.listens_on();
        // The sandbox is looked into every half second; then its topics are in the list, and what
        // is below them has its place.
        window.until_still_for(Duration::from_millis(800));
        window
    }

    fn xdotool(&self) -> Command {
        let mut command = Command::new("xdotool");
        command.env("DISPLAY", &self.display);
        command
    }

    /// Looks until something is so.
    #[track_caller]
    pub(crate) fn until(&self, what: &str, there: impl FnMut() -> bool) {
        until(what, there);
    }

    /// Takes a picture of the display for people to look at, if there is a program for that.
    pub(crate) fn photograph(&self, name: &str) {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .parent()
            .unwrap()
            .join("screenshots");
        if !is_installed("import") || fs::create_dir_all(&folder).is_err() {
            return;
        }
        let mut command = Command::new("import");
        command
            .args(["-display", &self.display, "-window", "root"])
            .arg(folder.join(format!("{name}.png")));
        run(command, b"");
    }

    fn config_folder(&self) -> PathBuf {
        self.home.path().join("mqscope")
    }

    pub(crate) fn write_config(&self, text: &str) {
        fs::create_dir_all(self.config_folder()).unwrap();
        fs::write(self.config_folder().join("config.toml"), text).unwrap();
    }

    /// What is in the file of the configuration.
    pub(crate) fn config_text(&self) -> String {
        fs::read_to_string(self.config_folder().join("config.toml")).unwrap_or_default()
    }

    /// Fails if one of these is in any file of this home; the keyring's own are encrypted.
    #[track_caller]
    pub(crate) fn assert_not_on_disk(&self, secrets: &[&str]) {
        let mut folders = vec![self.home.path().to_owned()];
        let mut files = 0;
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                let kind = entry.file_type().unwrap();
                if kind.is_dir() {
                    folders.push(entry.path());
                } else if kind.is_file() {
                    files += 1;
                    let bytes = fs::read(entry.path()).unwrap();
                    for secret in secrets {
                        let found = bytes.windows(secret.len()).any(|w| w == secret.as_bytes());
                        assert!(!found, "{secret} in {}", entry.path().display());
                    }
                }
            }
        }
        assert!(files > 0, "there is nothing on disk at all");
    }
}

/// The window of a process of ours.
pub(crate) struct RealWindow {
    process: Running,
    connection: RustConnection,
    window: u32,
    display: String,
    scale: u16,
}

impl RealWindow {
    /// Its size in points.
    pub(crate) fn size(&self) -> [f32; 2] {
        self.pixels().map(|length| f32::from(length / self.scale))
    }

    fn pixels(&self) -> [u16; 2] {
        let size = self.connection.get_geometry(self.window).unwrap();
        let size = size.reply().unwrap();
        [size.width, size.height]
    }

    /// Where a point is, in pixels, as a program wants it to be written.
    fn pixel(&self, at: Pos2) -> [String; 2] {
        let scale = f32::from(self.scale);
        [at.x, at.y].map(|length| (length * scale).round().to_string())
    }

    /// Gives it another size, in points.
    pub(crate) fn resize(&self, [width, height]: [u16; 2]) {
        let pixels = |length: u16| (length * self.scale).to_string();
        let window = self.window.to_string();
        self.xdotool(&[
            "windowsize",
            "--sync",
            &window,
            &pixels(width),
            &pixels(height),
        ]);
        self.until_still();
    }

    /// Paints it into a file, with few enough colours that the file is small.
    pub(crate) fn photograph(&self, file: &Path) {
        self.xdotool(&["mousemove", "0", "0"]);
        self.until_still();
        let mut command = Command::new("import");
        command
            .args([
                "-display",
                &self.display,
                "-window",
                &self.window.to_string(),
            ])
            .args(["+dither", "-colors", "256", "-strip", "-quality", "95"])
            .arg(format!("PNG8:{}", file.display()));
        let finished = run(command, b"");
        assert!(finished.status.success(), "{finished:#?}");
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Where its sandbox listens. The window is the only one of our processes that has this
    /// socket, so the kernel is asked.
    pub(crate) fn listens_on(&self) -> SocketAddr {
        let mut addr = None;
        until("the sandbox listens", || {
            addr = listening(self.process.id());
            addr.is_some()
        });
        addr.unwrap()
    }

    /// Clicks, once the window has seen the pointer arrive.
    #[track_caller]
    pub(crate) fn click(&self, at: Pos2) {
        let [width, height] = self.size();
        assert!(
            at.x > 0.0 && at.y > 0.0 && at.x < width && at.y < height,
            "{at} is outside the window"
        );
        let [x, y] = self.pixel(at);
        let window = self.window.to_string();
        self.xdotool(&["mousemove", "--window", &window, &x, &y, "sleep", "0.2"]);
        self.until_still();
        self.act(&["click", "1"]);
    }

    /// Types over all that is in the field that has the keyboard.
    #[track_caller]
    pub(crate) fn replace(&self, text: &str) {
        self.act(&["key", "ctrl+a", "type", "--delay", "20", text]);
    }

    /// Presses a key.
    #[track_caller]
    pub(crate) fn press(&self, key: &str) {
        self.act(&["key", key]);
    }

    /// Does something that can be seen, and waits until the window has drawn all of it.
    #[track_caller]
    fn act(&self, arguments: &[&str]) {
        let before = self.picture();
        self.xdotool(arguments);
        until(&format!("{arguments:?} changes something"), || {
            self.picture() != before
        });
        self.until_still();
    }

    fn xdotool(&self, arguments: &[&str]) {
        let mut command = Command::new("xdotool");
        command.env("DISPLAY", &self.display).args(arguments);
        let finished = run(command, b"");
        assert!(finished.status.success(), "{arguments:?}: {finished:#?}");
    }

    /// Waits until the picture does not change for a while: a frame that is being drawn would.
    #[track_caller]
    pub(crate) fn until_still(&self) {
        self.until_still_for(Duration::from_millis(200));
    }

    #[track_caller]
    pub(crate) fn until_still_for(&self, rest: Duration) {
        let mut since = Instant::now();
        let mut before = self.picture();
        until("the window comes to rest", || {
            let now = self.picture();
            if now != before {
                since = Instant::now();
                before = now;
            }
            since.elapsed() >= rest
        });
    }

    fn picture(&self) -> Vec<u8> {
        let [width, height] = self.pixels();
        let request =
            self.connection
                .get_image(ImageFormat::Z_PIXMAP, self.window, 0, 0, width, height, !0);
        request.unwrap().reply().unwrap().data
    }

    /// The pixels of a part of it, which is in points.
    pub(crate) fn part(&self, part: egui::Rect) -> Vec<u8> {
        let pixels = |length: f32| (length * f32::from(self.scale)).round() as u16;
        let (x, y) = (pixels(part.min.x) as i16, pixels(part.min.y) as i16);
        let (width, height) = (pixels(part.width()), pixels(part.height()));
        let (connection, format) = (&self.connection, ImageFormat::Z_PIXMAP);
        let request = connection.get_image(format, self.window, x, y, width, height, !0);
        request.unwrap().reply().unwrap().data
    }

    /// What it is drawn on: red, green, blue of a corner where nothing is.
    pub(crate) fn ground(&self) -> [u8; 3] {
        let (connection, format) = (&self.connection, ImageFormat::Z_PIXMAP);
        let request = connection.get_image(format, self.window, 2, 2, 1, 1, !0);
        let pixel = request.unwrap().reply().unwrap().data;
        [pixel[2], pixel[1], pixel[0]]
    }

    /// Closes it as the button in its title bar would, and waits for the process to end well.
    pub(crate) fn close(self) {
        self.ask_to_close();
        self.ended();
    }

    /// Closes it by a click.
    pub(crate) fn close_by(self, at: Pos2) {
        let [x, y] = self.pixel(at);
        let window = self.window.to_string();
        self.xdotool(&["mousemove", "--window", &window, &x, &y, "sleep", "0.2"]);
        self.until_still();
        self.xdotool(&["click", "1"]);
        self.ended();
    }

    /// Asks it to close, which it may ask back about.
    pub(crate) fn ask_to_close(&self) {
        let atom = |name: &[u8]| {
            let request = self.connection.intern_atom(false, name).unwrap();
            request.reply().unwrap().atom
        };
        let data = [atom(b"WM_DELETE_WINDOW"), 0, 0, 0, 0];
        let event = ClientMessageEvent::new(32, self.window, atom(b"WM_PROTOCOLS"), data);
        self.connection
            .send_event(false, self.window, EventMask::NO_EVENT, event)
            .unwrap();
        self.connection.flush().unwrap();
    }

    /// Waits for the process to end well.
    fn ended(self) {
        let finished = self.process.finish(LIMIT);
        assert!(finished.status.success(), "{finished:#?}");
        assert!(!finished.stderr.contains("panicked"), "{finished:#?}");
    }
}

/// Looks until something is so.
#[track_caller]
fn until(what: &str, there: impl FnMut() -> bool) {
    assert!(looked_for(there), "never: {what}");
}

/// Looks for as long as anything may take; whether it came about.
fn looked_for(mut there: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + LIMIT;
    loop {
        if there() {
            return true;
        }
        if Instant::now() >= deadline {
            return false;
        }
        thread::sleep(GLANCE);
    }
}

fn of_this_home(command: &mut Command, home: &TempDir) {
    crate::support::keep_settings_out(command, home);
    command
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path().join("runtime"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("DBUS_SESSION_BUS_ADDRESS");
}

pub(crate) fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// The IPv4 address of the one socket that a process listens on.
fn listening(pid: u32) -> Option<SocketAddr> {
    let sockets: HashSet<String> = fs::read_dir(format!("/proc/{pid}/fd"))
        .ok()?
        .filter_map(|entry| {
            let target = fs::read_link(entry.ok()?.path()).ok()?;
            let inode = target.to_str()?.strip_prefix("socket:[")?;
            Some(inode.strip_suffix(']')?.to_owned())
        })
        .collect();
    let table = fs::read_to_string("/proc/net/tcp").ok()?;
    table.lines().skip(1).find_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let (local, state, inode) = (columns.get(1)?, columns.get(3)?, columns.get(9)?);
        if *state != "0A" || !sockets.contains(*inode) {
            return None;
        }
        let (ip, port) = local.split_once(':')?;
        let ip = u32::from_str_radix(ip, 16).ok()?.to_ne_bytes();
        let port = u16::from_str_radix(port, 16).ok()?;
        Some((ip, port).into())
    })
}
