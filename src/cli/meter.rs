//! How a long command comes along: a bar on a terminal, a line now and then elsewhere, all on standard error.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use huzhu::Language;
use huzhu::batch::{Progress, Stage};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::figures::count;
use super::options::Setting;
use super::words::{pick, say};

/// A command that ends sooner shows nothing.
const SILENT: Duration = Duration::from_secs(1);
const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// Shows how far a run is, and passes on that it is to stop.
pub(super) struct Meter {
    language: Language,
    form: Form,
    stops: Arc<AtomicBool>,
    began: Instant,
    now: Mutex<Option<Now>>,
}

enum Form {
    Nothing,
    Bar(ProgressBar),
    Lines,
}

/// The stage under way.
struct Now {
    stage: Stage,
    began: Instant,
    told: Instant,
}

impl Meter {
    pub(super) fn new(setting: &Setting, is_quiet: bool, stops: Arc<AtomicBool>) -> Meter {
        let form = if is_quiet {
            Form::Nothing
        } else if io::stderr().is_terminal() {
            Form::Bar(bar())
        } else {
            Form::Lines
        };
        Meter { language: setting.language, form, stops, began: Instant::now(), now: Mutex::new(None) }
    }

    /// Takes the bar away.
    pub(super) fn end(&self) {
        if let Form::Bar(bar) = &self.form {
            bar.finish_and_clear();
        }
    }
}

/// How far a stage is, on a line.
fn line(stage: Stage, done: u64, total: u64, time: Duration, language: Language) -> String {
    let percent = done.saturating_mul(100).checked_div(total).unwrap_or(100);
    let (pace, stage) = (pace(stage, done, total, time, language), stage_in_words(stage, language));
    let (done, total) = (count(done), count(total));
    say!(language, "{stage}：{done}/{total}（{percent}%），{pace}", "{stage}: {done} of {total} ({percent}%), {pace}")
}

/// How fast a stage is, and how long it still takes if it goes on so.
fn pace(stage: Stage, done: u64, total: u64, time: Duration, language: Language) -> String {
    let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1);
    let rate = done.saturating_mul(1_000).div_euclid(millis);
    let left = if rate == 0 { "?".to_owned() } else { count(total.saturating_sub(done).div_ceil(rate)) };
    if stage == Stage::Writing {
        return say!(language, "约剩 {left} 秒", "{left} s left"); // what is counted there is parts
    }
    let rate = count(rate);
    say!(language, "每秒 {rate}，约剩 {left} 秒", "{rate} a second, {left} s left")
}

impl Progress for Meter {
    fn advance(&self, stage: Stage, done: u64, total: u64) {
        if matches!(self.form, Form::Nothing) {
            return;
        }
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = now.as_ref().is_none_or(|now| now.stage != stage);
        let current = Instant::now();
        if is_new {
            *now = Some(Now { stage, began: current, told: current });
        }
        let Some(now) = now.as_mut() else { return };
        match &self.form {
            Form::Nothing => {}
            Form::Bar(bar) => {
                if is_new {
                    bar.reset();
                    bar.set_prefix(stage_in_words(stage, self.language));
                }
                if bar.is_hidden() && self.began.elapsed() >= SILENT {
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                }
                bar.set_length(total);
                bar.set_position(done);
                bar.set_message(pace(stage, done, total, now.began.elapsed(), self.language));
            }
            Form::Lines => {
                if now.told.elapsed() >= BETWEEN_LINES {
                    now.told = current;
                    let line = line(stage, done, total, now.began.elapsed(), self.language);
                    // Where standard error is closed, no one hears how far it is.
                    let _unheard = writeln!(io::stderr(), "{line}");
                }
            }
        }
    }

    fn stops(&self) -> bool {
        self.stops.load(Ordering::Relaxed)
    }
}

/// A bar that is not shown yet.
fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    match ProgressStyle::with_template("{prefix} {bar:30} {percent:>3}%  {msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn stage_in_words(stage: Stage, language: Language) -> &'static str {
    match stage {
        Stage::Enrollments => pick(language, "1/4 读取参保记录", "1/4 reading enrollments"),
        Stage::Claims => pick(language, "2/4 读取理赔申请", "2/4 reading claims"),
        Stage::Deciding => pick(language, "3/4 审核", "3/4 deciding claims"),
        Stage::Writing => pick(language, "4/4 写出结果", "4/4 writing results"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_how_fast_and_how_long_yet() {
        let english = line(Stage::Deciding, 2_500_000, 10_000_000, Duration::from_secs(5), Language::En);
        assert_eq!(english, "3/4 deciding claims: 2,500,000 of 10,000,000 (25%), 500,000 a second, 15 s left");
        let chinese = line(Stage::Claims, 0, 0, Duration::ZERO, Language::Zh);
        assert_eq!(chinese, "2/4 读取理赔申请：0/0（100%），每秒 0，约剩 ? 秒");
    }
}
