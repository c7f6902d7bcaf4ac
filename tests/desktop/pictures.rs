//! The pictures of the READMEs, of the real window. With `MQSCOPE_SCREENSHOTS=1` they are made anew:
//!
//!     MQSCOPE_SCREENSHOTS=1 cargo test --test desktop pictures
//!
//! writes them into `assets/screenshots/`. Otherwise they are written where nobody looks, so that the way
//! to them cannot rot.

use std::env;
use std::path::{Path, PathBuf};

use mqscope::config::{LanguageChoice, ThemeChoice};
use mqscope::i18n::{Lang, Texts, Value};

use crate::Person;
use crate::machine::{Machine, is_installed};
use crate::support::{self, run};
use crate::twin::{Start, Window};

/// In points. The pictures that are kept have twice as many pixels; otherwise that would cost a test too
/// much time, as they are painted in software.
const SIZE: [u16; 2] = [1280, 800];

/// No larger than a README should have to load.
const MOST_BYTES: u64 = 250_000;

/// What an order service sends: tag, key, body.
const ORDERS: [(&str, &str, &str); 7] = [
    (
        "created",
        "order-1040",
        r#"{ "order": 1040, "amount": 129.00, "buyer": "李雷", "items": [{ "sku": "A-17", "n": 2 }] }"#,
    ),
    (
        "paid",
        "order-1041",
        r#"{ "order": 1041, "amount": 12.50, "channel": "wxpay" }"#,
    ),
    (
        "refund",
        "order-1042",
        r#"{ "order": 1042, "amount": -8.00, "why": "到货破损" }"#,
    ),
    (
        "paid",
        "order-1043",
        r#"{ "order": 1043, "amount": 42.00, "note": "你好" }"#,
    ),
    (
        "shipped",
        "order-1044",
        r#"{ "order": 1044, "carrier": "SF", "no": "SF1418273645" }"#,
    ),
    (
        "created",
        "order-1045",
        r#"{ "order": 1045, "amount": 77.10, "items": [] }"#,
    ),
    (
        "paid",
        "order-1046",
        r#"{ "order": 1046, "amount": 5.20, "channel": "alipay" }"#,
    ),
];

/// Where the pictures go, how many pixels a point has in them, and where the sandbox in them listens.
fn kept() -> (PathBuf, u16, &'static str) {
    match env::var_os("MQSCOPE_SCREENSHOTS") {
        Some(_) => (
            Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/screenshots"),
            2,
            "127.0.0.1:8080",
        ),
        None => (PathBuf::from(env!("CARGO_TARGET_TMPDIR")), 1, "127.0.0.1:0"),
    }
}

/// Somebody at the window, who speaks one language.
struct Reader {
    person: Person,
    lang: Lang,
}

impl Reader {
    fn sit_down(machine: &Machine, lang: Lang, theme: ThemeChoice) -> Self {
        let (language, name) = match lang {
            Lang::En => (LanguageChoice::En, "en"),
            Lang::ZhCn => (LanguageChoice::ZhCn, "zh-cn"),
        };
        let theme_name = match theme {
            ThemeChoice::Light => "light",
            _ => "dark",
        };
        machine.write_config(&format!(
            "[preferences]\nlanguage = \"{name}\"\ntheme = \"{theme_name}\"\nfirst-minute-seen = true\n"
        ));
        let real = machine.open_window();
        real.resize(SIZE);
        let mut start = Start {
            size: real.size(),
            // Other programs sign for both with the time of this machine.
            system_clock: true,
            ..Start::default()
        };
        start.config.preferences.language = language;
        start.config.preferences.theme = theme;
        let mut twin = Window::start(start);
        twin.until_running();
        let person = Person { real, twin };
        Self { person, lang }
    }

    fn t(&self, key: &str, values: &[(&'static str, &str)]) -> String {
        let values: Vec<_> = values
            .iter()
            .map(|(name, value)| (*name, Value::from((*value).to_owned())))
            .collect();
        Texts::of(self.lang).format(key, &values)
    }

    fn click(&mut self, key: &str, values: &[(&'static str, &str)]) {
        let name = self.t(key, values);
        self.person.click(&name);
    }

    /// Another program publishes to both sandboxes, with these keys.
    fn publish(&mut self, machine: &Machine, secret: &str, (tag, key, body): (&str, &str, &str)) {
        let addrs = [
            self.person.real.listens_on(),
            self.person.twin.sandbox_addr(),
        ];
        for addr in addrs {
            let mut command = machine.mqscope(false);
            command
                .env("MQSCOPE_ACCESS_KEY", support::ACCESS_KEY)
                .env("MQSCOPE_SECRET_KEY", secret)
                .args(["publish", "--endpoint", &format!("http://{addr}")])
                .args(["--topic", "orders", "--tag", tag, "--key", key])
                .args(["--property", "region=ap-guangzhou", body]);
            run(command, b"");
        }
    }

    /// The same with the right keys; both windows have the row then. Gives the twin's id of it.
    fn arrives(&mut self, machine: &Machine, order: (&str, &str, &str)) -> String {
        let before = self.person.twin.rows();
        self.publish(machine, support::SECRET_KEY, order);
        let id = self.person.twin.until_row_beside(&before);
        self.person.real.until_still();
        id
    }

    /// Opens or closes the sandbox's room.
    fn room(&mut self) {
        let name = self.person.twin.button_with("http://127.0.0.1");
        let topic = self.t("control-peek-topic", &[("topic", "orders")]);
        let was_open = self.person.twin.has(&topic);
        self.person.click(&name);
        self.person
            .twin
            .until("the room", |twin| twin.has(&topic) != was_open);
        self.person.real.until_still();
    }

    fn look_into(&mut self, id: &str) {
        let at = self.person.twin.beside_check_box(id);
        self.person.real.click(at);
        self.person.twin.look_into(id);
    }

    fn until_text(&mut self, text: &str) {
        self.person.twin.until_shown(text);
        self.person.real.until_still();
    }

    fn photograph(&self, name: &str) {
        let file = kept().0.join(format!("{name}-{}.png", self.lang.tag()));
        self.person.real.photograph(&file);
        let size = std::fs::metadata(&file).unwrap().len();
        assert!(size < MOST_BYTES, "{name} has {size} bytes");
    }
}

/// Messages whose time is about to end, that are fresh and that are acked, and one that is looked into.
fn a_busy_view(machine: &Machine, reader: &mut Reader) {
    reader.arrives(machine, ORDERS[0]);
    let acked = reader.arrives(machine, ORDERS[1]);
    reader.room();
    // With the room open for a moment, so that time can be moved by hand.
    for _ in 0..2 {
        reader.click("control-minute", &[]);
    }
    reader.arrives(machine, ORDERS[2]);
    let looked_into = reader.arrives(machine, ORDERS[3]);
    for _ in 0..2 {
        reader.click("control-minute", &[]);
    }
    reader.room();
    for order in &ORDERS[4..] {
        reader.arrives(machine, *order);
    }
    reader.click("ack-row", &[("id", &acked)]);
    reader.look_into(&looked_into);
}

#[test]
fn pictures_of_the_readme() {
    if !is_installed("import") {
        return;
    }
    let (_, scale, listen) = kept();
    for (lang, theme) in [
        (Lang::En, ThemeChoice::Dark),
        (Lang::ZhCn, ThemeChoice::Light),
    ] {
        let Some(machine) = Machine::start_with(scale, listen) else {
            return;
        };
        tour(&machine, lang, theme);
    }
}

/// A consume view with a message's details, the sandbox's room, the signature debugger.
fn tour(machine: &Machine, lang: Lang, theme: ThemeChoice) {
    let mut reader = Reader::sit_down(machine, lang, theme);
    a_busy_view(machine, &mut reader);
    reader.photograph("window");

    reader.room();
    let group = [("topic", "orders"), ("group", "GID_debug")];
    reader.click("control-peek-group", &group);
    let title = reader.t("control-peek-title-group", &group);
    reader.until_text(&title);
    reader.photograph("sandbox");

    // Where the real one tells it too; its countdowns change meanwhile.
    let none = reader.t("refusals-count", &[("n", "0")]);
    let place = reader.person.twin.rect(&none);
    let before = reader.person.real.part(place);
    reader.publish(machine, "not-the-secret", ORDERS[0]);
    let count = reader.t("refusals-count", &[("n", "1")]);
    reader
        .person
        .twin
        .until("the refusal", |twin| twin.has(&count));
    let real = &reader.person.real;
    machine.until("the refusal", || real.part(place) != before);
    reader.person.click(&count);
    reader.until_text("SignatureDoesNotMatch");
    let row = reader.person.twin.button_with("POST /topics/orders");
    reader.person.click(&row);
    let causes = reader.t("explain-causes", &[]);
    reader.until_text(&causes);
    reader.photograph("debugger");
}
