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

    /// A line on standard error; where it is closed, none.
    fn line(&self, now: &Now, done: u64, total: u64) {
        let stage = stage_in_words(now.stage, self.language);
        let seconds = now.began.elapsed().as_secs().max(1);
        let rate = done.div_euclid(seconds);
        let left = total.saturating_sub(done).checked_div(rate).map_or_else(|| "?".to_owned(), |left| left.to_string());
        let percent = done.saturating_mul(100).checked_div(total).unwrap_or(100);
        let (done, total, rate) = (count(done), count(total), count(rate));
        let line = say!(
            self.language,
            "{stage}：{done}/{total}（{percent}%），每秒 {rate}，约剩 {left} 秒",
            "{stage}: {done} of {total} ({percent}%), {rate} a second, {left} s left"
        );
        let _unheard = writeln!(io::stderr(), "{line}");
    }
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
                    self.line(now, done, total);
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
