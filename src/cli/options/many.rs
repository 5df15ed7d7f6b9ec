//! The options of the commands for many claims.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::{Form, Policy};
use crate::cli::feeding::{Feeding, Reading};

/// Decides many claims from files
/// · 批量审核
///
/// Reads claims and enrollments from Parquet, CSV (also `.csv.gz`) or a workbook (`.xlsx`, `.xls`, `.ods`), by their endings, and writes a row for each decided claim. A row that cannot be read is in the
/// file of rejected rows as it came, with cell and reason; put it back corrected and decide all again. Exit 1 if there is one. Stopped or killed, the same command goes on from where it was.
/// · 从 Parquet、CSV（或 `.csv.gz`）或工作簿（`.xlsx`、`.xls`、`.ods`）读入理赔申请和参保记录，按文件名结尾分辨，每件申请写一行结果。读不出的行原样写入退回文件，注明单元格和原因，改正后请放回原表、整表重审；有退回的行时退出码为 1。中途停止的，再运行同一命令即接着进行。
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu batch -c rules/cases/claims.csv -e rules/cases/enrollments.csv -o payouts.csv --dry-run\n  \
    huzhu batch -c rules/cases/claims.csv -e rules/cases/enrollments.csv -o payouts.csv\n  \
    huzhu batch -c rules/cases/claims.csv -e rules/cases/enrollments.csv -o payouts.csv --force\n  \
    huzhu batch -c rules/cases/claims.csv -e rules/cases/enrollments.csv -o all.parquet --threads 2\n  \
    huzhu batch -c rules/cases/claims.csv -e rules/cases/enrollments.csv -o results.xlsx\n  \
    huzhu batch -c rules/cases/claims.csv -e rules/cases/enrollments.csv -o proven.csv --certificates")]
pub(in crate::cli) struct Batch {
    /// The claims: `claim_id`, `enrollment_id` and a column for each fact, by names or titles
    /// · 理赔申请：理赔编号（`claim_id`）、参保编号（`enrollment_id`），另每项事实一列
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) claims: PathBuf,
    /// The enrollments: `enrollment_id`, `member_id`, `plan` (its id or title) and a column for each fact, by names or titles
    /// · 参保记录：参保编号（`enrollment_id`）、会员编号（`member_id`）、计划（`plan`，编号或名称），另每项事实一列
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) enrollments: PathBuf,
    /// The payouts, a row for each decided claim
    /// · 审核结果，每件理赔申请一行
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) out: PathBuf,
    /// Also write a row for each benefit of each claim
    /// · 另写每件申请的各项待遇，每项一行
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) lines: Option<PathBuf>,
    /// Also write a certificate of each decided claim, all under one root; each is then decided twice [default file: beside the payouts, ending in
    /// `.certificates.jsonl`]
    /// · 另写每件申请的凭证，全部归于一个根；每件因此审核两次 [默认文件：在审核结果旁，以 `.certificates.jsonl` 结尾]
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    pub(in crate::cli) certificates: Option<Option<PathBuf>>,
    /// The rejected claims, to be corrected and put back into their table [default: beside the payouts, ending in `.rejects.csv`, of a workbook in `.rejects.xlsx`]; rejected enrollments go
    /// beside them, ending in `.rejects.enrollments.csv`
    /// · 退回的理赔申请，改正后请放回原表、整表重审 [默认：在审核结果旁，以 `.rejects.csv` 结尾，结果为工作簿时以 `.rejects.xlsx` 结尾]；退回的参保记录写在其旁，以 `.rejects.enrollments.csv`（或 `.xlsx`）结尾
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) rejects: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) feeding: Feeding,
    #[command(flatten)]
    pub(in crate::cli) policy: Policy,
    #[command(flatten)]
    pub(in crate::cli) resources: Resources,
    /// Check the columns, decide the first thousand claims, and write nothing
    /// · 检查各列，试审前一千件，不写文件
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// Overwrite results that are there, and start over where an earlier run has stopped
    /// · 覆盖已有的结果；上次中断的，从头开始
    #[arg(long)]
    pub(in crate::cli) force: bool,
    /// Show no progress
    /// · 不显示进度
    #[arg(long, short)]
    pub(in crate::cli) quiet: bool,
}

/// What a run over files may take of the machine.
#[derive(Debug, Args)]
pub(in crate::cli) struct Resources {
    /// Work with so many threads [default: the number of processors]
    /// · 用几个线程 [默认：处理器个数]
    #[arg(long, value_name = "N", value_parser = threads)]
    pub(in crate::cli) threads: Option<NonZeroUsize>,
    /// Take at most about so much memory: bytes, or as 512M, 2G
    /// · 内存大致不超过多少：字节数，或如 512M、2G
    #[arg(long, value_name = "SIZE", default_value = "1G")]
    pub(in crate::cli) memory: Memory,
    /// Keep the work folder in this folder [default: beside the results]; it holds personal data until the run has ended
    /// · 工作目录放在哪个目录下 [默认：在结果旁]；运行结束前其中有个人信息
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) work_dir: Option<PathBuf>,
    /// Take at most so much disk for the work folder: bytes, or as 512M, 20G [default: 1G and 64 times the size of the inputs]
    /// · 工作目录至多占多少磁盘：字节数，或如 512M [默认：1G 加输入的 64 倍]
    #[arg(long, value_name = "SIZE")]
    pub(in crate::cli) work_space: Option<Memory>,
}

/// The tables in which claims are looked up.
#[derive(Debug, Args)]
pub(in crate::cli) struct Tables {
    /// Look the claims up by their ids in this table, which `huzhu batch` reads too; each is decided on top of the member's other claims in it
    /// · 从这个理赔表中按编号取出理赔，即 `huzhu batch` 所读的表；表中该会员的其他理赔一并计入，结果与批量审核相同
    #[arg(long, short, value_name = "FILE", requires = "enrollments", conflicts_with_all = ["certificate", "what_if", "curve"])]
    pub(in crate::cli) claims: Option<PathBuf>,
    /// The table of enrollments
    /// · 参保表
    #[arg(long, short, value_name = "FILE", requires = "claims")]
    pub(in crate::cli) enrollments: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) reading: Reading,
}

/// Writes empty tables to fill in, or lists their columns
/// · 写出待填的空表，或列出各列
///
/// The tables have the columns that the plans read, by their titles: filled in, they are given to `huzhu batch` as they are. A workbook (`.xlsx`) says in each cell what
/// belongs there and offers the values of categories; its second sheet says it of all columns. Without a file the columns are listed.
/// · 空表的各列是计划要用的事实，写中文名称，填好后直接交给 `huzhu batch`。工作簿（`.xlsx`）的每格都有填写提示，类别可从下拉列表中选；第二张表是填写说明。不写文件名则在屏幕上列出各列。
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu template henan-accident\n  \
    huzhu template henan-accident -c claims.xlsx -e enrollments.xlsx\n  \
    huzhu template -c all-claims.csv\n  \
    huzhu template henan-accident --format json")]
pub(in crate::cli) struct Template {
    /// Plan ids; none for all plans of the rules folder
    /// · 计划编号；不写则为规则目录中的全部计划
    #[arg(value_name = "PLAN")]
    pub(in crate::cli) plans: Vec<String>,
    /// Write the table of claims to this file, `.xlsx` or `.csv`
    /// · 理赔申请的空表写到此文件，`.xlsx` 或 `.csv`
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) claims: Option<PathBuf>,
    /// Write the table of enrollments to this file, `.xlsx` or `.csv`
    /// · 参保记录的空表写到此文件，`.xlsx` 或 `.csv`
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) enrollments: Option<PathBuf>,
    /// Overwrite files that are there
    /// · 覆盖已有的文件
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

/// Recomputes recorded payouts and sorts the differences by cause
/// · 重算已付记录，按原因列出差异
///
/// Reads claims and enrollments as `huzhu batch` does, and what another system recorded: columns `claim_id` and `payable`, or by their titles. Writes a row for each difference
/// with every cause that explains it to the fen, the most likely first. Exit 1 if there is a difference or a row that could not be read.
/// · 理赔申请和参保记录的读法与 `huzhu batch` 相同，另读其他系统的记录，须有“理赔编号”和“应付金额”两列（即 `claim_id` 和 `payable`）。每处差异写一行，列出分毫不差能解释它的全部原因，最可能的在前。有差异或有读不出的行时，退出码为 1。
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu batch -c rules/cases/claims.csv -e rules/cases/enrollments.csv -o paid.csv --force\n  \
    huzhu audit -c rules/cases/claims.csv -e rules/cases/enrollments.csv -r paid.csv -o wrong.csv\n  \
    huzhu audit -c rules/cases/claims.csv -e rules/cases/enrollments.csv -r paid.csv -o wrong.xlsx\n  \
    huzhu explain point-moved\n  \
    huzhu explain limit-per-claim")]
pub(in crate::cli) struct Audit {
    /// The claims, as `huzhu batch` reads them
    /// · 理赔申请，与 `huzhu batch` 所读的相同
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) claims: PathBuf,
    /// The enrollments, as `huzhu batch` reads them
    /// · 参保记录，与 `huzhu batch` 所读的相同
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) enrollments: PathBuf,
    /// The recorded payouts: columns `claim_id` and `payable`, or by their titles
    /// · 已付记录：“理赔编号”和“应付金额”两列，即 `claim_id` 和 `payable`
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) recorded: PathBuf,
    /// The differences: `claim_id`, `recorded`, `recomputed`, `difference`, `causes`, `details`; where nobody knows what is due, it and the difference are empty
    /// · 差异：理赔编号、记录金额、应付金额、差额、原因、具体说明；应付未定的，应付和差额空着
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) out: PathBuf,
    /// The rejected claims and enrollments [default: beside the differences, ending in `.rejects.csv`, of a workbook in `.rejects.xlsx`]
    /// · 退回的理赔申请和参保记录 [默认：在差异文件旁，以 `.rejects.csv` 结尾，差异为工作簿时以 `.rejects.xlsx` 结尾]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) rejects: Option<PathBuf>,
    /// The recorded payouts that were rejected or put right [default: beside the differences, ending in `.notes.csv`, of a workbook in `.notes.xlsx`]
    /// · 退回或更正的已付记录 [默认：在差异文件旁，以 `.notes.csv` 结尾，差异为工作簿时以 `.notes.xlsx` 结尾]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) notes: Option<PathBuf>,
    /// The unit of recorded amounts that name none
    /// · 未写单位的记录金额，单位是元还是分
    #[arg(long, value_enum, default_value_t = RecordedUnit::Yuan)]
    pub(in crate::cli) unit: RecordedUnit,
    /// Also find the rule of rounding that explains the most payouts
    /// · 另找出能解释最多记录的舍入规则
    #[arg(long)]
    pub(in crate::cli) rounding: bool,
    /// Also draw so many claims and say how sure their errors are of all
    /// · 另抽查这么多件，并推断全部记录的差错
    #[arg(long, value_name = "N", value_parser = count)]
    pub(in crate::cli) sample: Option<u64>,
    /// Another seed draws other claims
    /// · 换一个种子，抽到的就不同
    #[arg(long, value_name = "S", default_value_t = 1, value_parser = whole, requires = "sample")]
    pub(in crate::cli) seed: u64,
    /// Whether to draw from all payouts together, or from every plan and size of payout
    /// · 从全部记录中抽，或按计划和金额大小分层抽
    #[arg(long, value_enum, default_value_t = Draw::Simple, requires = "sample")]
    pub(in crate::cli) draw: Draw,
    /// Also write the sample's claims as a workbook, whose formulas work out each payout
    /// · 另将抽中的申请写成工作簿，其中的公式算出每件应付额
    #[arg(long, value_name = "FILE.xlsx", requires = "sample")]
    pub(in crate::cli) workbook: Option<PathBuf>,
    /// Also write a report: one HTML file, in the language of the output
    /// · 另写一份报告：一个 HTML 文件，语言随输出
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) report: Option<PathBuf>,
    /// The name of the fund, to stand on the report
    /// · 基金名称，写在报告最上面
    #[arg(long, value_name = "NAME", requires = "report")]
    pub(in crate::cli) fund: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) feeding: Feeding,
    #[command(flatten)]
    pub(in crate::cli) policy: Policy,
    #[command(flatten)]
    pub(in crate::cli) resources: Resources,
    /// Overwrite results that are there
    /// · 覆盖已有的结果
    #[arg(long)]
    pub(in crate::cli) force: bool,
    /// Show no progress
    /// · 不显示进度
    #[arg(long, short)]
    pub(in crate::cli) quiet: bool,
}

/// How a sample is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Draw {
    Simple,
    Stratified,
}

/// The unit that recorded amounts are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum RecordedUnit {
    Yuan,
    Fen,
}

fn whole(text: &str) -> Result<u64, Form> {
    text.parse().map_err(|_| Form { zh: "应为整数", en: "a whole number" })
}

fn count(text: &str) -> Result<u64, Form> {
    let count = whole(text).ok().filter(|count| *count > 0);
    count.ok_or(Form { zh: "应为大于零的整数", en: "a whole number above zero" })
}

fn threads(text: &str) -> Result<NonZeroUsize, Form> {
    let threads = count(text)?;
    usize::try_from(threads).ok().and_then(NonZeroUsize::new).ok_or(Form { zh: "线程过多", en: "too many threads" })
}

/// A size of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct Memory {
    pub(in crate::cli) bytes: u64,
}

impl FromStr for Memory {
    type Err = Form;

    fn from_str(text: &str) -> Result<Memory, Form> {
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
        let form = Form {
            zh: "应为整数字节数，或带 `K`、`M`、`G`，如 `512M`",
            en: "a whole number of bytes, or with K, M or G, such as 512M",
        };
        bytes.map(|bytes| Memory { bytes }).ok_or(form)
    }
}

/// Decides applications for cover: shares, price, who pays it
/// · 审核参保申请：份数、会费、由谁承担
///
/// Reads applications (the tables that `huzhu batch` reads: `application_id`, `member_id`, `plan`, `applied_at`, and a column for each fact) and decides each by the `[enrollment]` of its pack, first come, first served, at the same moment by id: whatever
/// their order in the file, each gets the same. Beside the decisions stand what each payer pays, the entries of every pool, the new covers as the other commands read them, and the rows that cannot be read, with the reason. All files are written, or none. A refused
/// application is a result; exit 1 if a row is rejected.
/// · 读入参保申请（`huzhu batch` 所读的表：`application_id`、`member_id`、`plan`、`applied_at`，每项事实一列），按规则包的 `[enrollment]` 逐件审核，先到先得，同时的按编号；不论在文件中如何排列，结果相同。审核结果旁另写各承担方的承担额、各项名额和补助资金的收支、供其他命令读取的新参保记录，以及读不懂的行及原因。各文件要么全部写出，要么一个也不写。不予受理也是审核结果；有行退回的，退出码为 1。
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    huzhu enroll --rules rules/examples -a rules/examples/june.csv -o june.csv\n  \
    huzhu enroll --rules rules/examples -a rules/examples/june.csv -o again.csv --explain MADE-UP-A3\n  \
    huzhu enroll --rules rules/examples -a rules/examples/fall.csv -o fall.csv --pools june.pools.csv")]
pub(in crate::cli) struct Enroll {
    /// The applications
    /// · 参保申请
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) applications: PathBuf,
    /// The results, a row for each application that was decided
    /// · 审核结果，每件申请一行
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) out: PathBuf,
    /// The covers that are there: an application may overlap one, or renew it
    /// · 已有的参保记录，据以判断重叠和续保
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) enrollments: Option<PathBuf>,
    /// The pools of the run before, ending in `.pools.csv`: what was taken stays taken
    /// · 上次运行写出的名额和补助资金文件（以 `.pools.csv` 结尾），从上次所余接着支出
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) pools: Option<PathBuf>,
    /// Explain these applications, line by line
    /// · 逐行说明这些申请的审核结果
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub(in crate::cli) explain: Vec<String>,
    /// Overwrite results that are there
    /// · 覆盖已有的结果文件
    #[arg(long)]
    pub(in crate::cli) force: bool,
}
