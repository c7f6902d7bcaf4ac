//! Puts the window together: configuration, worker, model, and the native window around them.
//! The only place that knows all of them; decides nothing else.

mod fonts;

use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use anyhow::anyhow;
use eframe::{NativeOptions, Renderer};
use egui::ViewportBuilder;
use mqscope::clock::Clock;
use mqscope::config::{self, ConfigFile};
use mqscope::sandbox::{self, SandboxSettings};
use mqscope::secrets::Secrets;
use mqscope::session::outbox::Surroundings;
use mqscope::session::variables::Environment;
use mqscope::session::{self, Model, Setup, Start};
use mqscope::ui::{self, App};
use tokio::runtime::Handle;
use tokio::sync::watch;

/// How long the worker may take to keep what it was asked to when the window closes.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// Opens the window, whose sandbox listens there, and returns when it is closed.
pub(crate) fn open(runtime: &Handle, listen: SocketAddr) -> anyhow::Result<()> {
    let clock = Clock::system();
    let file = ConfigFile::default_location();
    // One that cannot be read never stops a start: the worker tells of it, and writes nothing to it.
    let config = file.as_ref().and_then(|file| file.load().ok());
    let config = config.unwrap_or_default();
    let data_dir = config::data_dir();
    let (workspace, lost) = session::load_workspace(data_dir.as_deref(), clock.now());
    let notices = Vec::from_iter(lost);
    let (started, worker) = mpsc::channel();
    let tasks = runtime.clone();
    let created = Box::new(move |cc: &eframe::CreationContext<'_>| {
        let ctx = cc.egui_ctx.clone();
        ctx.add_font_provider(Arc::new(fonts::system()));
        let model = Model::new(Setup {
            profiles: config.profiles.clone(),
            preferences: config.preferences.clone(),
            settings_path: file.as_ref().map(|file| file.path().to_owned()),
            workspace,
            notices,
            surroundings: surroundings(),
        });
        let (link, worker) = session::start(
            &tasks,
            Start {
                clock: clock.clone(),
                config,
                file,
                secrets: Secrets::new(),
                data_dir,
                sandbox: watch::channel(SandboxSettings {
                    listen,
                    admin_token: sandbox::random_token(),
                    data_dir: config::sandbox_data_dir(),
                    ..SandboxSettings::default()
                })
                .1,
                dialogs: session::Dialogs::Native,
                desktop: session::DesktopSource::Native,
                wake: Arc::new(move || ctx.request_repaint()),
            },
        );
        // The receiver outlives the window.
        let _ = started.send(worker);
        let app: Box<dyn eframe::App> = Box::new(App::new(&cc.egui_ctx, model, link, clock));
        Ok(app)
    });
    eframe::run_native("mqscope", options(), created)
        .map_err(|error| anyhow!("{error} ({error:?})"))?;
    if let Ok(worker) = worker.try_recv() {
        // A disk or a keyring that never answers must not keep the process alive.
        let _ = runtime.block_on(async { tokio::time::timeout(LAST_WORDS, worker.ended()).await });
    }
    Ok(())
}

/// What variables in a draft may know of this machine.
fn surroundings() -> Surroundings {
    let variables = std::env::vars_os().filter_map(|(name, value)| {
        // Text cannot hold what is not text.
        Some((name.into_string().ok()?, value.into_string().ok()?))
    });
    Surroundings {
        environment: Environment::new(variables),
        zone: jiff::tz::TimeZone::system(),
        seed: fastrand::u64(..),
    }
}

fn options() -> NativeOptions {
    let mut viewport = ViewportBuilder::default()
        .with_title("mqscope")
        .with_app_id("mqscope")
        .with_inner_size(ui::theme::FIRST_WINDOW)
        .with_min_inner_size(ui::theme::MIN_WINDOW);
    if let Ok(icon) = eframe::icon_data::from_png_bytes(include_bytes!("../assets/icons/256.png")) {
        viewport = viewport.with_icon(icon);
    }
    NativeOptions {
        viewport,
        // Fewer run-time libraries and a faster start than wgpu, which tests turn on.
        renderer: Renderer::Glow,
        // Ours are more careful.
        system_font_fallback: false,
        ..NativeOptions::default()
    }
}
