//! The options of every command.

use std::io::{self, IsTerminal};
#[cfg(feature = "batch")]
use std::num::NonZeroUsize;
use std::path::PathBuf;
#[cfg(feature = "batch")]
use std::str::FromStr;

use anstream::AutoStream;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use huzhu::{Catalog, Hold, Language};

#[cfg(feature = "batch")]
use super::feeding::Feeding;
use super::home::Home;
use super::layout::Look;

/// A terminal's width counts up to here; longer lines are hard to read.
const WIDEST: usize = 100;
const NARROWEST: usize = 60;
/// Where the width is not known.
const USUAL_WIDTH: usize = 80;

#[derive(Debug, Parser)]
#[command(
    name = "huzhu",
    version,
    about = "Decides mutual-aid claims exactly, with reasons · 互助保障理赔审核",
    long_about = "Decides claims of Chinese trade-union mutual aid (职工互助保障) exactly, from rule packs that a bylaw expert can read,\n\
                  and says why, line by line, with the clause of every figure.",
    after_long_help = "Examples:\n  \
        huzhu adjudicate rules/cases/zhao.json\n  \
        huzhu --lang zh adjudicate rules/cases/zhao.json\n  \
        huzhu check\n  \
        huzhu test\n\n\
        Exit codes: 0 done, and nothing is wrong; 1 done, and something is wrong with what was examined; 2 could not run.\n\
        A denied or pended claim is a result: exit 0. Results go to standard output, everything else to standard error.",
    arg_required_else_help = true,
    propagate_version = true
)]
pub(super) struct Options {
    #[command(flatten)]
    pub(super) common: Common,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
pub(super) struct Common {
    /// The folder of rule packs [default: what `HUZHU_RULES` or the nearest `huzhu.toml` names, else `rules`] · 规则目录
    #[arg(long, value_name = "DIR", global = true)]
    rules: Option<PathBuf>,
    /// The form of the results · 结果格式
    #[arg(long, value_enum, default_value_t = Format::Text, global = true)]
    format: Format,
    /// The language of the output [default: what `huzhu.toml` says, else zh if the environment's is Chinese, else en] · 语言
    #[arg(long, value_enum, global = true)]
    lang: Option<Tongue>,
    /// Whether to colour; `auto` heeds the terminal and `NO_COLOR` · 颜色
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Colour::Auto, global = true)]
    color: Colour,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Tongue {
    Zh,
    En,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Adjudicate(Adjudicate),
    Check(Check),
    Test(Test),
    #[cfg(feature = "batch")]
    Batch(Batch),
    #[cfg(feature = "batch")]
    Audit(Audit),
    #[cfg(not(feature = "batch"))]
    #[command(hide = true, alias = "audit")]
    Batch(Absent),
    Verify(Verify),
    Extract(Extract),
    Schema(Schema),
    Explain(Explain),
    Init(Init),
    Completions(Completions),
    Man(Man),
}

/// A command that this program is built without.
#[cfg(not(feature = "batch"))]
#[derive(Debug, Args)]
pub(super) struct Absent {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    _arguments: Vec<String>,
}

/// Decides one case file and explains the benefits · 审核一份理赔文件
///
/// The case file is JSON, or TOML if its name ends so: one enrollment, the member's earlier claims, and the claim to decide. `huzhu schema
/// --case` describes it. A denied or pended claim is a result, exit 0; a mistake in the case or in a pack is exit 1.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu adjudicate rules/cases/zhao.json\n  \
    huzhu adjudicate rules/cases/zhao.json --lang zh\n  \
    huzhu adjudicate rules/cases/zhao.json --brief\n  \
    huzhu adjudicate rules/cases/zhao.json --format json\n  \
    huzhu adjudicate rules/cases/zhao.json --certificate zhao.certificate.json\n  \
    huzhu adjudicate rules/cases/zhao.json --what-if hospital_days=30\n  \
    huzhu adjudicate rules/cases/zhao.json --curve personal_burden --svg burden.svg\n  \
    huzhu adjudicate rules/cases/zhao.json --workbook zhao.xlsx\n  \
    huzhu adjudicate - < rules/cases/zhao.json")]
pub(super) struct Adjudicate {
    /// The case file; `-` reads standard input
    #[arg(value_name = "CASE")]
    pub(super) case: PathBuf,
    /// Write a certificate too, which can be checked without this program; overwrites the file · 另写凭证
    #[arg(long, value_name = "FILE")]
    pub(super) certificate: Option<PathBuf>,
    /// Write a workbook too, whose formulas work out the payout in a spreadsheet; overwrites the file · 另写工作簿
    #[arg(long, value_name = "FILE.xlsx")]
    pub(super) workbook: Option<PathBuf>,
    /// Show the outcome alone, in ten lines at most · 只看结论
    #[arg(long, conflicts_with_all = ["curve", "what_if"])]
    pub(super) brief: bool,
    /// Decide it also with a fact changed, and compare; `FACT=` takes the fact away; may be given again · 若某事实不同
    #[arg(long, value_name = "FACT=VALUE", value_parser = changed_fact, conflicts_with_all = ["curve", "certificate", "workbook"])]
    pub(super) what_if: Vec<(String, String)>,
    #[command(flatten)]
    pub(super) holding: Holding,
    /// Show what is paid for every value of a number, all else as it is · 应付额随某事实的变化
    #[arg(long, value_name = "FACT", conflicts_with = "hold")]
    pub(super) curve: Option<String>,
    /// Draw the curve too; overwrites the file · 另画曲线图
    #[arg(long, value_name = "FILE", requires = "curve")]
    pub(super) svg: Option<PathBuf>,
}

fn changed_fact(text: &str) -> Result<(String, String), String> {
    let (fact, value) = text.split_once('=').ok_or("expected FACT=VALUE · 应写作 事实=值")?;
    Ok((fact.trim().to_owned(), value.trim().to_owned()))
}

/// Checks rule packs and proves their promises · 检查规则包
///
/// All problems are shown in one run, each with its place and with what to do. Exit 1 if there is one.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu check\n  \
    huzhu check henan-accident\n  \
    huzhu check rules/henan-accident.toml\n  \
    huzhu check --format json")]
pub(super) struct Check {
    /// Plan ids, files or folders; none for all of the rules folder
    #[arg(value_name = "PACK")]
    pub(super) packs: Vec<String>,
}

/// Runs the worked cases beside the packs · 运行规则包的算例
///
/// Each row of a `.cases.toml` file is decided and compared with what it expects. Exit 1 if one fails.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu test\n  \
    huzhu test henan-accident --verbose\n  \
    huzhu test rules/henan-accident.toml\n  \
    huzhu test --format json")]
pub(super) struct Test {
    /// Plan ids, files or folders; none for all of the rules folder
    #[arg(value_name = "PACK")]
    pub(super) packs: Vec<String>,
    /// List every case under the rule that it shows
    #[arg(long, short)]
    pub(super) verbose: bool,
}

/// Decides many claims from files · 批量审核
///
/// Reads claims and enrollments from Parquet, CSV (also `.csv.gz`) or a workbook (`.xlsx`, `.xls`, `.ods`), by their endings, and writes a row for each decided claim. A row that cannot be read is in the
/// file of rejected rows as it came, with cell and reason; corrected, that file can be given again. Exit 1 if there is one. Stopped or killed, the same command goes on from where it was.
#[cfg(feature = "batch")]
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu batch -c rules/cases/claims.csv -e rules/cases/enrollments.csv -o payouts.csv --dry-run\n  \
    huzhu batch -c rules/cases/claims.csv -e rules/cases/enrollments.csv -o payouts.csv\n  \
    huzhu batch -c rules/cases/claims.csv -e rules/cases/enrollments.csv -o payouts.csv --force\n  \
    huzhu batch -c rules/cases/claims.csv -e rules/cases/enrollments.csv -o all.parquet --threads 2\n  \
    huzhu batch -c rules/cases/claims.csv -e rules/cases/enrollments.csv -o proven.csv --certificates")]
pub(super) struct Batch {
    /// The claims: `claim_id`, `enrollment_id` and a column for each fact
    #[arg(long, short, value_name = "FILE")]
    pub(super) claims: PathBuf,
    /// The enrollments: `enrollment_id`, `member_id`, `plan` and a column for each fact
    #[arg(long, short, value_name = "FILE")]
    pub(super) enrollments: PathBuf,
    /// The payouts, a row for each decided claim
    #[arg(long, short, value_name = "FILE")]
    pub(super) out: PathBuf,
    /// Also write a row for each benefit of each claim
    #[arg(long, value_name = "FILE")]
    pub(super) lines: Option<PathBuf>,
    /// Also write a certificate of each decided claim, all under one root; each is then decided twice [default file: beside the payouts, ending in
    /// `.certificates.jsonl`]
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    pub(super) certificates: Option<Option<PathBuf>>,
    /// The rejected claims, to be corrected and given as claims again [default: beside the payouts, ending in `.rejects.csv`]; rejected enrollments go
    /// beside them, ending in `.rejects.enrollments.csv`
    #[arg(long, value_name = "FILE")]
    pub(super) rejects: Option<PathBuf>,
    /// Columns to leave out, that no plan knows
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',')]
    pub(super) ignore_columns: Vec<String>,
    #[command(flatten)]
    pub(super) feeding: Feeding,
    #[command(flatten)]
    pub(super) holding: Holding,
    #[command(flatten)]
    pub(super) resources: Resources,
    /// Check the columns, decide the first thousand claims, and write nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Overwrite results that are there, and start over where an earlier run has stopped
    #[arg(long)]
    pub(super) force: bool,
    /// Show no progress
    #[arg(long, short)]
    pub(super) quiet: bool,
}

/// What pends claims that are only decided with a notice else.
#[derive(Debug, Args)]
pub(super) struct Holding {
    /// Pend claims whatever the packs say: those whose outcome hangs on an earlier claim that is open (`open-claims`, as where WHAT is left out),
    /// those whose bill may have come before (`duplicates`) · 另予暂缓：未结的既往理赔、可能重复的票据
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',', num_args = 0..=1, require_equals = true, default_missing_value = "open-claims")]
    hold: Vec<Held>,
}

/// What pends claims by an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Held {
    OpenClaims,
    Duplicates,
}

impl Holding {
    /// The plans, to decide so.
    pub(super) fn of(&self, catalog: Catalog) -> Catalog {
        self.hold.iter().fold(catalog, |catalog, what| match what {
            Held::OpenClaims => catalog.holding(Hold::OpenClaims),
            Held::Duplicates => catalog.holding(Hold::Duplicates),
        })
    }
}

/// What a run over files may take of the machine.
#[cfg(feature = "batch")]
#[derive(Debug, Args)]
pub(super) struct Resources {
    /// Work with so many threads [default: the number of processors]
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<NonZeroUsize>,
    /// Take at most about so much memory: bytes, or as 512M, 2G
    #[arg(long, value_name = "SIZE", default_value = "1G")]
    pub(super) memory: Memory,
}

/// Recomputes recorded payouts and sorts the differences by cause · 核对已付记录
///
/// Reads claims and enrollments as `huzhu batch` does, and what another system recorded: `claim_id` and `payable`. Writes a row for each difference
/// with every cause that explains it to the fen, the most likely first. Exit 1 if there is a difference or a row that could not be read.
#[cfg(feature = "batch")]
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu batch -c rules/cases/claims.csv -e rules/cases/enrollments.csv -o paid.csv --force\n  \
    huzhu audit -c rules/cases/claims.csv -e rules/cases/enrollments.csv -r paid.csv -o wrong.csv\n  \
    huzhu explain point-moved\n  \
    huzhu explain limit-per-claim")]
pub(super) struct Audit {
    /// The claims, as `huzhu batch` reads them
    #[arg(long, short, value_name = "FILE")]
    pub(super) claims: PathBuf,
    /// The enrollments, as `huzhu batch` reads them
    #[arg(long, short, value_name = "FILE")]
    pub(super) enrollments: PathBuf,
    /// The recorded payouts: `claim_id` and `payable`
    #[arg(long, short, value_name = "FILE")]
    pub(super) recorded: PathBuf,
    /// The differences: `claim_id`, `recorded`, `recomputed`, `difference`, `causes`
    #[arg(long, short, value_name = "FILE")]
    pub(super) out: PathBuf,
    /// The rejected claims and enrollments [default: beside the differences, ending in `.rejects.csv`]
    #[arg(long, value_name = "FILE")]
    pub(super) rejects: Option<PathBuf>,
    /// The recorded payouts that were rejected or put right [default: beside the differences, ending in `.notes.csv`]
    #[arg(long, value_name = "FILE")]
    pub(super) notes: Option<PathBuf>,
    /// The unit of recorded amounts that name none
    #[arg(long, value_enum, default_value_t = RecordedUnit::Yuan)]
    pub(super) unit: RecordedUnit,
    /// Also find the rule of rounding that explains the most payouts
    #[arg(long)]
    pub(super) rounding: bool,
    /// Also draw so many claims and say how sure their errors are of all
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) sample: Option<u64>,
    /// Another seed draws other claims
    #[arg(long, value_name = "S", default_value_t = 1, requires = "sample")]
    pub(super) seed: u64,
    /// Whether to draw from all payouts together, or from every plan and size of payout
    #[arg(long, value_enum, default_value_t = Draw::Simple, requires = "sample")]
    pub(super) draw: Draw,
    /// Also write the sample's claims as a workbook, whose formulas work out each payout · 另写工作簿
    #[arg(long, value_name = "FILE.xlsx", requires = "sample")]
    pub(super) workbook: Option<PathBuf>,
    /// Also write a report: one HTML file, in the language of the output
    #[arg(long, value_name = "FILE")]
    pub(super) report: Option<PathBuf>,
    /// The name of the fund, to stand on the report · 基金名称，写在报告上
    #[arg(long, value_name = "NAME", requires = "report")]
    pub(super) fund: Option<String>,
    /// Columns of claims and enrollments to leave out, that no plan knows
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',')]
    pub(super) ignore_columns: Vec<String>,
    #[command(flatten)]
    pub(super) feeding: Feeding,
    #[command(flatten)]
    pub(super) holding: Holding,
    #[command(flatten)]
    pub(super) resources: Resources,
    /// Overwrite results that are there
    #[arg(long)]
    pub(super) force: bool,
    /// Show no progress
    #[arg(long, short)]
    pub(super) quiet: bool,
}

/// How a sample is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Draw {
    Simple,
    Stratified,
}

/// The unit that recorded amounts are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RecordedUnit {
    Yuan,
    Fen,
}

/// Checks certificates without the engine · 查验凭证
///
/// Each file is a certificate, or a batch of many. Every step is worked out again from the facts that it states, by a checker that shares no code with
/// the engine; exit 1 if anything does not hold. `huzhu check --format json` gives the digest of a pack's program.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu adjudicate rules/cases/zhao.json --certificate zhao.certificate.json\n  \
    huzhu verify zhao.certificate.json\n  \
    huzhu verify zhao.certificate.json --lang zh\n  \
    huzhu verify zhao.certificate.json --format json\n  \
    huzhu verify - < zhao.certificate.json\n  \
    huzhu check henan-accident --format json | grep '\"program\"'\n\n\
    The last prints the digest to give with --program.")]
pub(super) struct Verify {
    /// Certificates and batches; `-` reads standard input
    #[arg(value_name = "CERTIFICATE", required = true)]
    pub(super) certificates: Vec<PathBuf>,
    /// Hold only under this program, by its digest; several may be given · 比对程序摘要
    #[arg(long = "program", value_name = "DIGEST", value_parser = digest)]
    pub(super) programs: Vec<String>,
    /// Hold only under this root of a batch; several may be given · 比对批次的根
    #[arg(long = "root", value_name = "ROOT", value_parser = digest)]
    pub(super) roots: Vec<String>,
}

/// Takes one claim's certificate out of a batch of many · 取出一份凭证
///
/// It comes with its program and with the proof that it is in the batch, so that it can be checked without any other claim's data.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu batch -c rules/cases/claims.csv -e rules/cases/enrollments.csv -o day.csv --certificates\n  \
    huzhu extract day.certificates.jsonl zhao-2025-01 -o zhao.json\n  \
    huzhu extract day.certificates.jsonl zhao-2025-01 | huzhu verify -")]
pub(super) struct Extract {
    /// The certificates that `huzhu batch` has written; `-` reads standard input
    #[arg(value_name = "BATCH")]
    pub(super) batch: PathBuf,
    /// The claim's id
    #[arg(value_name = "CLAIM")]
    pub(super) claim: String,
    /// The claim's enrollment, where claims of several members share an id
    #[arg(long, short, value_name = "ID")]
    pub(super) enrollment: Option<String>,
    /// Write it to this file, which is overwritten [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

/// A digest as certificates write it.
fn digest(text: &str) -> Result<String, &'static str> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let is_digest = text.len() == 64 && text.bytes().all(is_digit);
    is_digest.then(|| text.to_owned()).ok_or("64 hexadecimal digits in lower case")
}

#[cfg(feature = "batch")]
/// A size of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Memory {
    pub(super) bytes: u64,
}

#[cfg(feature = "batch")]
impl FromStr for Memory {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Memory, &'static str> {
        let (number, unit) = text.split_at(text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len()));
        let unit = match unit.trim_start().to_ascii_lowercase().as_str() {
            "" | "b" => Some(1_u64),
            "k" | "kb" | "kib" => Some(1 << 10),
            "m" | "mb" | "mib" => Some(1 << 20),
            "g" | "gb" | "gib" => Some(1 << 30),
            "t" | "tb" | "tib" => Some(1 << 40),
            _ => None,
        };
        let number: Option<u64> = number.parse().ok();
        let bytes = number.zip(unit).and_then(|(number, unit)| number.checked_mul(unit));
        let form = "a whole number of bytes, or with K, M or G, such as 512M · 整数字节数，或带 K、M、G，如 512M";
        bytes.map(|bytes| Memory { bytes }).ok_or(form)
    }
}

/// Prints the JSON Schema of rule packs, or of case files · 输出 JSON Schema
///
/// Editors complete and check a pack by it: save it beside the packs and write `#:schema ./pack.schema.json` as a pack's first line.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu schema\n  \
    huzhu schema --case\n  \
    huzhu schema > rules/pack.schema.json")]
pub(super) struct Schema {
    /// The schema of case files, with all standard facts
    #[arg(long)]
    pub(super) case: bool,
}

/// Explains the code of a diagnostic or of a reason · 解释代码
///
/// A code is one of the engine's, or the id of a condition of a pack in the rules folder. Without a code, all of the engine's are listed.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu explain\n  \
    huzhu explain missing-fact\n  \
    huzhu explain limit-reached --lang zh\n  \
    huzhu explain age-at-enrolment")]
pub(super) struct Explain {
    /// The code
    #[arg(value_name = "CODE")]
    pub(super) code: Option<String>,
}

/// Writes a new rule pack that works, with its cases · 新建规则包
///
/// Writes PLAN-ID.toml and PLAN-ID.cases.toml into the rules folder: a small accident plan, ready to be changed clause by clause. With `--from`,
/// a plan that comes with the program, in all its versions, under its own id or under a new one.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu init my-plan\n  \
    huzhu init my-plan --force\n  \
    huzhu init first-plan --rules new-rules\n  \
    huzhu init --from henan-accident --rules copied\n  \
    huzhu init our-accident --from henan-accident --rules copied")]
pub(super) struct Init {
    /// The new plan's id: lower case letters, digits and hyphens
    #[arg(value_name = "PLAN-ID", required_unless_present = "from")]
    pub(super) plan: Option<String>,
    /// Copy a plan that comes with the program · 复制随程序附带的计划
    #[arg(long, value_name = "PLAN")]
    pub(super) from: Option<String>,
    /// Overwrite files that are there
    #[arg(long)]
    pub(super) force: bool,
}

/// Prints completions for a shell · 命令补全
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu completions bash > huzhu.bash\n  \
    huzhu completions zsh > _huzhu")]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(super) shell: Shell,
}

/// Prints the man page of the program or of a command · 手册页
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu man > huzhu.1\n  \
    huzhu man adjudicate > huzhu-adjudicate.1")]
pub(super) struct Man {
    /// The command
    #[arg(value_name = "COMMAND")]
    pub(super) command: Option<String>,
}

/// The common options and the environment, put together.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) rules: PathBuf,
    /// Whether an option names the rules folder.
    pub(super) names_rules: bool,
    pub(super) format: Format,
    pub(super) language: Language,
    pub(super) results: Look,
    pub(super) remarks: Look,
}

impl Common {
    /// The language that an option names, else that of the environment.
    pub(super) fn language(&self) -> Language {
        self.tongue().unwrap_or_else(language_of_the_environment)
    }

    fn tongue(&self) -> Option<Language> {
        self.lang.map(|tongue| match tongue {
            Tongue::Zh => Language::Zh,
            Tongue::En => Language::En,
        })
    }

    pub(super) fn setting(self, home: &Home) -> Setting {
        let language = self.tongue().or(home.language).unwrap_or_else(language_of_the_environment);
        let styled = |chosen: anstream::ColorChoice| match self.color {
            Colour::Auto => chosen != anstream::ColorChoice::Never,
            Colour::Always => true,
            Colour::Never => false,
        };
        Setting {
            names_rules: self.rules.is_some(),
            rules: self.rules.unwrap_or_else(|| home.rules()),
            format: self.format,
            language,
            results: Look { is_styled: styled(AutoStream::choice(&io::stdout())), width: width_of_the_terminal() },
            remarks: Look { is_styled: styled(AutoStream::choice(&io::stderr())), width: USUAL_WIDTH },
        }
    }
}

fn language_of_the_environment() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
    match set.into_iter().find(|value| !value.is_empty()) {
        Some(value) if value.to_ascii_lowercase().starts_with("zh") => Language::Zh,
        Some(_) | None => Language::En,
    }
}

fn width_of_the_terminal() -> usize {
    let size = if io::stdout().is_terminal() { terminal_size::terminal_size_of(io::stdout()) } else { None };
    size.map_or(USUAL_WIDTH, |(width, _)| usize::from(width.0).clamp(NARROWEST, WIDEST))
}
