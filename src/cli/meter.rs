//! How a long command comes along: a bar on a terminal, a line now and then elsewhere, all on standard error.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use huzhu::Language;
use huzhu::batch::{Progress, Stage};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::batch::count;
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
            Form::Bar(bar(setting))
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

/// How far a stage is after so many seconds.
fn line(stage: Stage, done: u64, total: u64, seconds: u64, language: Language) -> String {
    let rate = done.div_euclid(seconds.max(1));
    let left = total.saturating_sub(done).checked_div(rate).map_or_else(|| "?".to_owned(), count);
    let percent = done.saturating_mul(100).checked_div(total).unwrap_or(100);
    let (stage, done, total, rate) = (stage_in_words(stage, language), count(done), count(total), count(rate));
    say!(
        language,
        "{stage}：{done}/{total}（{percent}%），每秒 {rate}，约剩 {left} 秒",
        "{stage}: {done} of {total} ({percent}%), {rate} a second, {left} s left"
    )
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
                    bar.set_message(stage_in_words(stage, self.language));
                }
                if bar.is_hidden() && self.began.elapsed() >= SILENT {
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                }
                bar.set_length(total);
                bar.set_position(done);
            }
            Form::Lines => {
                if now.told.elapsed() >= BETWEEN_LINES {
                    now.told = current;
                    let line = line(stage, done, total, now.began.elapsed().as_secs(), self.language);
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
fn bar(setting: &Setting) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    let (rate, left) = (pick(setting.language, "每秒", "a second"), pick(setting.language, "约剩", "left"));
    let form = match setting.language {
        Language::Zh => format!("{{msg}} {{bar:30}} {{percent}}%  {rate} {{per_sec}}  {left} {{eta}}"),
        Language::En => format!("{{msg}} {{bar:30}} {{percent}}%  {{per_sec}} {rate}  {{eta}} {left}"),
    };
    match ProgressStyle::with_template(&form) {
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
        let english = line(Stage::Deciding, 2_500_000, 10_000_000, 5, Language::En);
        assert_eq!(english, "3/4 deciding claims: 2,500,000 of 10,000,000 (25%), 500,000 a second, 15 s left");
        let chinese = line(Stage::Claims, 0, 0, 0, Language::Zh);
        assert_eq!(chinese, "2/4 读取理赔申请：0/0（100%），每秒 0，约剩 ? 秒");
    }
}
