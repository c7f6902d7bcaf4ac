//! What frames cost: the time that their thread was busy, beside the time that went by, scene by
//! scene. And the verdict: no frame is busy for longer than a screen of 60 Hz waits for it.
//!
//! The machine may be shared. A thread that had to wait for its turn is no fault of ours, which the
//! processor time tells; and a processor that was slower meanwhile, as a neighbour used its caches
//! or its other half, is told by a fixed piece of work that is done now and then, and after every
//! frame that took too long.

use std::time::{Duration, Instant};

use cpu_time::ThreadTime;

/// What a screen of 60 Hz waits for a frame, less the fraction of a millisecond.
pub(crate) const LIMIT: Duration = Duration::from_millis(16);

/// Frames of a scene that are told one by one: those that took longest.
const WORST: usize = 3;

/// A processor can be slower than it was; one that is this much slower tells nothing any more.
const MOST_SLOWED: f64 = 3.0;

/// Starts with a piece of work.
pub(crate) struct Watch {
    wall: Instant,
    busy: ThreadTime,
}

impl Watch {
    pub(crate) fn start() -> Self {
        Self {
            wall: Instant::now(),
            busy: ThreadTime::now(),
        }
    }

    /// How long this thread was busy since.
    pub(crate) fn busy(&self) -> Duration {
        self.busy.elapsed()
    }

    /// How much time went by.
    pub(crate) fn wall(&self) -> Duration {
        self.wall.elapsed()
    }
}

/// What one frame took.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cost {
    pub(crate) busy: Duration,
    pub(crate) wall: Duration,
    /// Of the first: taking in events and working them off.
    pub(crate) logic: Duration,
    /// Of the first: turning shapes into triangles.
    pub(crate) tessellation: Duration,
    pub(crate) shapes: usize,
}

/// A frame that is worth telling of.
#[derive(Debug, Clone)]
struct Told {
    cost: Cost,
    doing: String,
    number: usize,
    slowed: f64,
}

impl Told {
    /// Whether it would have taken too long even at the processor's own pace.
    fn is_over(&self) -> bool {
        self.cost.busy.as_secs_f64() / self.slowed > LIMIT.as_secs_f64()
    }
}

struct Scene {
    name: String,
    busy: Vec<Duration>,
    wall_over: usize,
    over: Vec<Told>,
    worst: Vec<Told>,
    doing: String,
    /// Frames since that began.
    number: usize,
}

/// All frames so far.
pub(crate) struct Tally {
    scenes: Vec<Scene>,
    pace: Pace,
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self {
            scenes: Vec::new(),
            pace: Pace::new(),
        }
    }

    /// What comes from here on is this scene.
    pub(crate) fn scene(&mut self, name: &str) {
        if let Some(last) = self.scenes.last() {
            last.print();
        }
        self.scenes.push(Scene {
            name: name.to_owned(),
            busy: Vec::new(),
            wall_over: 0,
            over: Vec::new(),
            worst: Vec::new(),
            doing: String::new(),
            number: 0,
        });
    }

    /// What is done from here on.
    pub(crate) fn doing(&mut self, what: &str) {
        if let Some(scene) = self.scenes.last_mut() {
            what.clone_into(&mut scene.doing);
            scene.number = 0;
        }
    }

    pub(crate) fn count(&mut self, cost: &Cost) {
        let over = cost.busy > LIMIT;
        let slowed = if over { self.pace.slowed() } else { 1.0 };
        let Some(scene) = self.scenes.last_mut() else {
            println!("before the tour: {}", millis(cost.busy));
            return;
        };
        scene.number += 1;
        scene.busy.push(cost.busy);
        scene.wall_over += usize::from(cost.wall > LIMIT && !over);
        let told = Told {
            cost: cost.clone(),
            doing: scene.doing.clone(),
            number: scene.number,
            slowed,
        };
        if over {
            scene.over.push(told.clone());
        }
        let place = scene.worst.partition_point(|w| w.cost.busy >= cost.busy);
        if place < WORST {
            scene.worst.insert(place, told);
            scene.worst.truncate(WORST);
        }
    }

    /// Prints the last scene and the sum. Whether no frame took too long.
    pub(crate) fn verdict(&self) -> bool {
        if let Some(last) = self.scenes.last() {
            last.print();
        }
        let frames: usize = self.scenes.iter().map(|scene| scene.busy.len()).sum();
        let waited: usize = self.scenes.iter().map(|scene| scene.wall_over).sum();
        let over = || self.scenes.iter().flat_map(|scene| &scene.over);
        let guilty = over().filter(|told| told.is_over()).count();
        println!("\n{frames} frames");
        println!("{guilty} were busy for more than {LIMIT:?}");
        println!(
            "{} more only as the processor was slower meanwhile",
            over().count() - guilty
        );
        println!("{waited} more took longer only as their thread waited for a processor");
        for scene in &self.scenes {
            for told in scene.over.iter().filter(|told| told.is_over()) {
                println!("  over: {}: {}", scene.name, told.text());
            }
        }
        guilty == 0
    }
}

impl Told {
    fn text(&self) -> String {
        let Cost {
            busy,
            wall,
            logic,
            tessellation,
            shapes,
        } = self.cost;
        let slowed = match self.slowed {
            1.0 => String::new(),
            by => format!(", the processor {by:.2} times slower"),
        };
        format!(
            "{} in {}, frame {} (logic {}, triangles {}; {shapes} shapes; {} went by{slowed})",
            millis(busy),
            self.doing,
            self.number,
            millis(logic),
            millis(tessellation),
            millis(wall),
        )
    }
}

impl Scene {
    fn print(&self) {
        let mut sorted = self.busy.clone();
        sorted.sort_unstable();
        let at = |part: f64| {
            let last = sorted.len().saturating_sub(1);
            let place = (last as f64 * part).round() as usize;
            millis(sorted.get(place).copied().unwrap_or_default())
        };
        println!(
            "{}: {} frames, p50 {}, p99 {}, max {}; {} over {LIMIT:?}",
            self.name,
            sorted.len(),
            at(0.5),
            at(0.99),
            at(1.0),
            self.over.len(),
        );
        for told in &self.worst {
            println!("    {}", told.text());
        }
    }
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// How fast the processor is, by a fixed piece of work.
struct Pace {
    own: Duration,
}

impl Pace {
    fn new() -> Self {
        let own = (0..200).map(|_| Self::once()).min();
        Self {
            own: own.unwrap_or_default(),
        }
    }

    /// How many times slower it is now than at its best.
    fn slowed(&mut self) -> f64 {
        let mut now: Vec<Duration> = (0..5).map(|_| Self::once()).collect();
        now.sort_unstable();
        self.own = self.own.min(now[0]);
        let by = now[2].as_secs_f64() / self.own.as_secs_f64().max(1e-9);
        by.clamp(1.0, MOST_SLOWED)
    }

    /// Something of what frames do: allocations, copies, hashes, numbers in a row.
    fn once() -> Duration {
        let watch = Watch::start();
        let mut texts: Vec<String> = (0..2_000_u32)
            .map(|n| format!("{:08x}", n.wrapping_mul(2_654_435_761)))
            .collect();
        texts.sort_unstable();
        let places: std::collections::HashMap<&str, usize> = texts
            .iter()
            .enumerate()
            .map(|(n, t)| (t.as_str(), n))
            .collect();
        let sum: f32 = texts
            .iter()
            .filter_map(|text| places.get(text.as_str()))
            .map(|n| (*n as f32).sqrt())
            .sum();
        std::hint::black_box(sum);
        watch.busy()
    }
}
