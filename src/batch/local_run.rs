//! A run over files: every row is read once, put by its member on disk, and decided with the rest of the member's claims.
//!
//! Four stages, each done before the next: enrollments are put by buckets of members; claims are put by the buckets of their enrollments; the
//! buckets are decided, each under a checkpoint; their results are put together in the order of the buckets. The number of buckets follows from
//! the inputs alone, and a bucket is decided in the declared order of its claims, so that threads, memory and the order of rows change nothing.

mod ambiguous_ids;
mod budget;
mod certify;
mod checkpoint;
mod checksummed;
mod consumer;
mod decide;
mod digest;
mod disk;
mod enrollment_index;
mod fingerprint;
mod given_back;
mod index_log;
mod input;
mod job;
mod lookup;
mod manifest;
mod output;
mod outside;
mod part;
mod partition;
mod progress;
mod publish;
mod read_as;
mod rehearse;
mod rejects;
mod space;
mod spill;
mod summary;
#[cfg(test)]
#[cfg(unix)]
mod trial;
mod work_folder;
mod worked_claim;
mod workers;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

pub(crate) use budget::room_to_read;
pub(crate) use checksummed::Sealing;
pub(crate) use consumer::{AllAccounts, Consumer, DecidedAccounts};
pub(crate) use digest::{Digest, of as digest_of};
pub use job::{Job, LEAST_MEMORY, MOST_THREADS, USUAL_MEMORY};
pub(crate) use job::{RecordedFile, each_once, for_people_beside};
#[cfg(feature = "workbook")]
pub(crate) use lookup::seek;
pub use manifest::{
    InputFile, InputIntake, JointLimitFile, Manifest, Numbers, OutputFile, Pack, Program, Settings, Totals,
};
pub(crate) use outside::Outside;
pub use progress::{Progress, Stage};
pub use rehearse::{Rehearsal, rehearse};
pub use summary::{Cause, Certificates, Rows, Summary};
pub(crate) use work_folder::{is_left_further, refuse_to_lose};
pub use worked_claim::{Sought, WorkedClaim, look_up};
pub(crate) use workers::{beside, share};

use ambiguous_ids::AmbiguousIds;
use budget::Budget;
use certify::Certifying;
use checkpoint::Checkpoint;
use decide::{Deciding, Members};
use enrollment_index::{Buckets, EnrollmentIndex};
use fingerprint::{Digests, Fingerprint};
use input::Source;
use output::Output;
use part::Part;
use partition::{Put, number_of};
use progress::heed;
use publish::{Published, RejectCounts, Results};
use read_as::ReadAs;
use space::Space;
use spill::Spilled;
use summary::Counts;
use work_folder::{CLAIMS, DIGESTS, ENROLLMENTS, Folder, SUMMARY};

use crate::batch::Input;
use crate::batch::accounts::Plans;
use crate::batch::files::Style;
use crate::batch::ingest::Vocabulary;
use crate::catalog::Catalog;
use crate::disk::{Unpublished, publish as publish_files};
use crate::error::{Error, OrBug, Remedy};
use crate::text::{Text, say};

/// Decides all claims of a job and writes the results, or goes on where an earlier run of the same job has stopped.
///
/// The results stand under their names only when they are complete. Until then, [`Job::work_folder`] holds what is done; after any end, even of
/// the process, the same call goes on from there and ends with the same bytes.
///
/// # Errors
/// [`Error::is_input`] for an input that cannot be read, [`Error::is_columns`] for columns that no plan knows, [`Error::is_output`] for a file that
/// cannot be written or is there already, [`Error::is_resume`] if the work folder is of another job or in use, [`Error::is_memory`] if the memory does not
/// do, and [`Error::is_interrupted`] if `progress` has stopped the run.
pub fn run(job: &Job, catalog: &Catalog, progress: &dyn Progress) -> Result<Summary, Error> {
    let opened = Opened::of(job, catalog)?;
    let certificates = job.certificates.as_deref().map(|path| Certifying::to(path, catalog));
    let outputs = Output::all(job, &opened.sources, &opened.plans, &opened.style)?;
    let mut consumers: Vec<&dyn Consumer> = Vec::new();
    if let Some(certificates) = &certificates {
        consumers.push(certificates);
    }
    for output in &outputs {
        consumers.push(output);
    }
    let (summary, kept) = opened.run(&consumers, progress)?;
    kept.finish(job)?;
    Ok(summary)
}

/// The work folder of a run whose results have their names. As long as it is there, the same run may write them again.
#[must_use]
pub(crate) struct Kept(Folder);

impl Kept {
    /// Publishes files of what has come of the run.
    pub(crate) fn publish(&self, files: &[(PathBuf, Vec<u8>)]) -> Result<(), Error> {
        if files.is_empty() {
            return Ok(());
        }
        self.0.begin_further(files.iter().map(|(path, _)| path.clone()))?;
        let published = publish_files(files.iter().map(|(path, bytes)| (path.as_path(), bytes.as_slice())));
        published.map_err(|Unpublished { path, fault }| disk::unwritable(&path, &fault))
    }

    /// Removes the work folder: all is done.
    pub(crate) fn finish(self, job: &Job) -> Result<(), Error> {
        self.0.finish(job)
    }
}

/// The same for others than those who write payouts.
pub(crate) fn run_for(
    job: &Job,
    catalog: &Catalog,
    progress: &dyn Progress,
    consumers: &[&dyn Consumer],
) -> Result<(Summary, Kept), Error> {
    Opened::of(job, catalog)?.run(consumers, progress)
}

/// A job whose inputs are open and have been checked.
struct Opened<'a> {
    started: Instant,
    job: &'a Job,
    /// The size and the time of both inputs before they were opened.
    stamps: [(u64, u128); 2],
    sources: Sources,
    plans: Plans<'a>,
    manners: ReadAs,
    style: Style,
}

impl<'a> Opened<'a> {
    fn of(job: &'a Job, catalog: &'a Catalog) -> Result<Opened<'a>, Error> {
        let started = Instant::now();
        job.check()?;
        let stamps = stamps(job)?;
        let vocabulary = Vocabulary::of(catalog)?;
        let sources = Sources::open(job, &vocabulary)?;
        let plans = Plans::of(catalog, &vocabulary);
        let manners = sources.manners();
        let style = job.style(catalog, &manners.encodings());
        Ok(Opened { started, job, stamps, sources, plans, manners, style })
    }

    fn run(self, consumers: &[&dyn Consumer], progress: &dyn Progress) -> Result<(Summary, Kept), Error> {
        let Opened { started, job, stamps, sources, plans, manners, style } = self;
        let fingerprint = Fingerprint::of(job, plans.catalog())?;
        let folder = Folder::open(job, &fingerprint, Space::of(job, stamps.map(|(bytes, _)| bytes), sources.rows())?)?;
        let is_resumed = folder.is_resumed;
        let run = Run {
            job,
            manners: &manners,
            stamps,
            plans,
            sources,
            style_of_rejects: job.style_of_rejects(style),
            consumers,
            folder,
            budget: Budget::of(job),
            progress,
        };
        let counts = match run.go() {
            Ok(counts) => counts,
            Err(error) => {
                run.leave(&error);
                return Err(error);
            }
        };
        let kept = Kept(run.folder);
        Ok((Summary { counts, manners, took: started.elapsed(), is_resumed }, kept))
    }
}

fn stamps(job: &Job) -> Result<[(u64, u128); 2], Error> {
    Ok([digest::stamp(&job.claims)?, digest::stamp(&job.enrollments)?])
}

/// The two inputs.
struct Sources {
    claims: Source,
    enrollments: Source,
}

impl Sources {
    fn open(job: &Job, vocabulary: &Vocabulary) -> Result<Sources, Error> {
        Ok(Sources {
            claims: Source::open(Input::Claims, vocabulary, job)?,
            enrollments: Source::open(Input::Enrollments, vocabulary, job)?,
        })
    }

    fn manners(&self) -> ReadAs {
        ReadAs { claims: self.claims.manner(), enrollments: self.enrollments.manner() }
    }

    /// How many rows they have, or may have by their size.
    fn rows(&self) -> [u64; 2] {
        [self.claims.about_rows(), self.enrollments.about_rows()]
    }

    /// The memory that one thread takes for either before it has a row.
    fn held(&self) -> Result<u64, Error> {
        Ok(self.claims.held()?.max(self.enrollments.held()?))
    }

    /// What the file of an input calls a column.
    fn called(&self, input: Input, column: String) -> String {
        match input {
            Input::Claims => self.claims.called(column),
            Input::Enrollments => self.enrollments.called(column),
        }
    }

    /// Whether one is a file of rejected rows: what else the members have is not there.
    fn are_apart(&self) -> bool {
        self.claims.is_of_rejected() || self.enrollments.is_of_rejected()
    }

    /// The buckets that the inputs make, whatever the options are.
    fn buckets(&self) -> Buckets {
        Buckets::for_rows(self.claims.about_rows().max(self.enrollments.about_rows()))
    }
}

/// A run under way.
struct Run<'a> {
    job: &'a Job,
    manners: &'a ReadAs,
    /// The size and the time of both inputs before they were opened.
    stamps: [(u64, u128); 2],
    plans: Plans<'a>,
    sources: Sources,
    style_of_rejects: Style,
    consumers: &'a [&'a dyn Consumer],
    folder: Folder,
    budget: Budget,
    progress: &'a dyn Progress,
}

impl Run<'_> {
    fn go(&self) -> Result<Counts, Error> {
        if let Some(counts) = self.folder.mark::<Counts>(SUMMARY)?
            && self.is_all_there(&counts)?
            && self.is_recalled(&counts)?
        {
            return Ok(counts); // all is written, and only the work folder was not yet removed
        }
        let (enrollments, enrolled, routes, digests) = self.enrollments()?;
        let (claims, claimed) = self.claims(&enrollments, &enrolled, routes)?;
        let refused = claims.refused(&self.folder)?;
        if stamps(self.job)? != self.stamps {
            return Err(disk::changed());
        }
        self.results(&enrollments, &claims, [&enrolled, &claimed, &refused], &digests)
    }

    /// Whether all results of an earlier run are there still, of inputs that are the same. What somebody has changed since is not overwritten.
    fn is_all_there(&self, counts: &Counts) -> Result<bool, Error> {
        let Some(manifest) = &counts.manifest else { return Ok(false) };
        let inputs = self.inputs(&self.digests(&AtomicBool::new(false))?);
        let other = manifest.inputs.iter().zip(&inputs).find(|(then, now)| then.sha256 != now.sha256);
        if let Some((_, InputFile { file, .. })) = other {
            return Err(self.holds_another_run(say!("`{file}` 的内容已改变", "`{file}` has changed since")));
        }
        let mut is_all_there = true;
        for (holds, path) in self.job.results() {
            let written = manifest.outputs.iter().find(|output| output.holds == holds);
            if disk::is_there(&path)? {
                let now = digest::of(&path, self.progress, || false)?;
                if written.is_none_or(|written| written.sha256 != now.sha256) {
                    return Err(changed_since(&path));
                }
            } else {
                is_all_there &= written.is_none();
            }
        }
        let path = self.job.manifest_path();
        match disk::read_if_there(&path)? {
            Some(text) if text != manifest.to_text()?.into_bytes() => Err(changed_since(&path)),
            Some(_) => Ok(is_all_there),
            None => Ok(false),
        }
    }

    /// Whether the consumers know what they have found, be it from what is left in the work folder.
    fn is_recalled(&self, counts: &Counts) -> Result<bool, Error> {
        let mut made = Checkpoint::parts(&self.folder)?;
        let parts = (0..self.sources.buckets().count()).map(|bucket| made.remove(&number_of(bucket)));
        let parts: Vec<Part> = parts.map(Option::unwrap_or_default).collect();
        let claims = self.folder.mark::<Put>(CLAIMS)?.filter(|_| something(&parts) == counts.parts);
        let all = claims.as_ref().map(|claims| AllAccounts {
            plans: &self.plans,
            folder: &self.folder,
            parts: &parts,
            outside: &claims.outside,
            members: None,
            progress: self.progress,
            taken: &|| {},
        });
        let mut consumers = self.consumers.iter();
        consumers.try_fold(true, |are_recalled, consumer| Ok(are_recalled && consumer.recall(all.as_ref())?))
    }

    fn holds_another_run(&self, Text { zh, en }: Text) -> Error {
        let path = self.folder.as_path().display();
        Error::resume(say!(
            "`{path}` 中是另一次运行的进度：{zh}；删除该目录可重新开始",
            "`{path}` holds the work of another run: {en}; removing the folder starts over"
        ))
        .mended_by(Remedy::StartOver)
    }

    /// The inputs, for the manifest.
    fn inputs(&self, digests: &Digests) -> Vec<InputFile> {
        let Job { claims, enrollments, .. } = self.job;
        let inputs = [
            InputFile::of("claims", claims, &digests.claims),
            InputFile::of("enrollments", enrollments, &digests.enrollments),
        ];
        let recorded = self.job.recorded.as_ref().map(|recorded| recorded.file.clone());
        inputs.into_iter().chain(recorded).collect()
    }

    /// Enrollments by bucket: those of an earlier run if the inputs are the same. The table of them too, where it is made.
    fn enrollments(&self) -> Result<(Put, Spilled, Option<EnrollmentIndex>, Digests), Error> {
        let name = self.sources.enrollments.name();
        if let Some(put) = self.folder.mark::<Put>(ENROLLMENTS)?.filter(|put| put.is_whole(name, &self.folder))
            && let Some(earlier) = self.folder.mark::<Digests>(DIGESTS)?
        {
            let digests = self.digests(&AtomicBool::new(false))?;
            if let Some(difference) = digests.difference(&earlier, self.job) {
                return Err(self.holds_another_run(difference));
            }
            self.progress.advance(Stage::Enrollments, put.read, put.read);
            let spilled = put.spilled(name, &self.folder)?;
            return Ok((put, spilled, None, digests));
        }
        let is_over = AtomicBool::new(false);
        let put = || {
            let put = self.put_enrollments();
            is_over.store(put.is_err(), Ordering::Relaxed);
            put
        };
        let (put, digests) = beside(put, || self.digests(&is_over));
        let ((put, routes), digests) = (put?, digests?);
        self.folder.put_mark(DIGESTS, &digests)?;
        self.folder.put_mark(ENROLLMENTS, &put)?;
        let spilled = put.spilled(name, &self.folder)?;
        Ok((put, spilled, routes, digests))
    }

    fn digests(&self, is_over: &AtomicBool) -> Result<Digests, Error> {
        let digest = |path| digest::of(path, self.progress, || is_over.load(Ordering::Relaxed));
        Ok(Digests { claims: digest(&self.job.claims)?, enrollments: digest(&self.job.enrollments)? })
    }

    /// The table is given where it alone tells all enrollments apart.
    fn put_enrollments(&self) -> Result<(Put, Option<EnrollmentIndex>), Error> {
        let source = &self.sources.enrollments;
        self.budget.admit_enrollments(source.rows().unwrap_or(0))?;
        let share = self.budget.reading(0, source.held()?)?;
        let put = partition::enrollments(source, &self.folder, self.sources.buckets(), share, self.progress)?;
        self.budget.admit_enrollments(put.taken)?;
        let spilled = put.spilled(source.name(), &self.folder)?;
        let (routes, ambiguous) = self.ambiguous(&put, &spilled)?;
        let Some(ambiguous) = ambiguous else { return Ok((put, Some(routes))) };
        let copies = ambiguous.copy_rows(&spilled, &self.folder, source.name(), put.files, share.held)?;
        Ok((put.with_copies(&self.folder, spilled, copies)?, None))
    }

    /// The table of enrollments, and those that it alone cannot tell apart.
    fn ambiguous(&self, put: &Put, spilled: &Spilled) -> Result<(EnrollmentIndex, Option<AmbiguousIds>), Error> {
        let (routes, is_doubtful) = index_log::table(&self.folder, put.seed.or_bug()?, &put.logs, self.job.threads)?;
        if !is_doubtful {
            return Ok((routes, None));
        }
        let memory = self.budget.half();
        let buckets = self.sources.buckets().count();
        let ambiguous = AmbiguousIds::find(spilled, &routes, buckets, self.job.threads, memory, self.progress)?;
        Ok((routes, Some(ambiguous)))
    }

    /// Claims by bucket.
    fn claims(
        &self,
        enrollments: &Put,
        enrolled: &Spilled,
        routes: Option<EnrollmentIndex>,
    ) -> Result<(Put, Spilled), Error> {
        let name = self.sources.claims.name();
        let earlier = self.folder.mark::<Put>(CLAIMS)?.filter(|put| put.is_whole(name, &self.folder));
        if let Some(put) = earlier {
            self.progress.advance(Stage::Claims, put.read, put.read);
            let spilled = put.spilled(name, &self.folder)?;
            return Ok((put, spilled));
        }
        let routes = match routes {
            Some(routes) => routes,
            None => self.routes(enrollments, enrolled)?,
        };
        let share = self.budget.reading(enrollments.taken, self.sources.claims.held()?)?;
        let put = partition::claims(
            &self.sources.claims,
            &self.folder,
            self.sources.buckets(),
            &routes,
            share,
            self.progress,
        )?;
        self.folder.put_mark(CLAIMS, &put)?;
        let spilled = put.spilled(name, &self.folder)?;
        Ok((put, spilled))
    }

    /// The table of enrollments, which tells all of them apart.
    fn routes(&self, enrollments: &Put, enrolled: &Spilled) -> Result<EnrollmentIndex, Error> {
        let (routes, ambiguous) = self.ambiguous(enrollments, enrolled)?;
        Ok(match ambiguous {
            Some(ambiguous) => routes.with_doubtful(ambiguous.into_buckets()),
            None => routes,
        })
    }

    /// Decides, writes and counts.
    fn results(
        &self,
        enrollments: &Put,
        claims: &Put,
        rows: [&Spilled; 3],
        digests: &Digests,
    ) -> Result<Counts, Error> {
        let (plans, folder, consumers) = (&self.plans, &self.folder, self.consumers);
        let journal = &Checkpoint::open(folder)?;
        let [enrollments_of, claims_of, refused] = rows;
        let members =
            Members { claims: claims_of, refused, enrollments: enrollments_of, is_apart: self.sources.are_apart() };
        let buckets = self.sources.buckets();
        let threads = self.budget.deciding(members.largest(buckets))?;
        let deciding = Deciding { plans, members, folder, journal, consumers };
        let parts = deciding.all(buckets, threads, self.progress)?;
        let results = Results {
            job: self.job,
            sources: &self.sources,
            style: &self.style_of_rejects,
            folder,
            plans,
            members,
            parts: &parts,
            rejects: enrollments.rejects.iter().chain(&claims.rejects).cloned().collect(),
            outside: &claims.outside,
            consumers,
            memory: self.budget.half(),
        };
        let counts = results.write(self.progress, |Published { rejected, certificates }| {
            let counts = sum(enrollments, claims, &parts, rejected)?;
            let observations = counts.observations.renamed(|input, column| self.sources.called(input, column));
            let counts = Counts { observations, certificates, ..counts };
            let language = consumers.iter().find_map(|consumer| consumer.language());
            let inputs = self.inputs(digests);
            let manifest = Manifest::of(self.job, plans.catalog(), self.manners, inputs, language, &counts);
            Ok(Counts { manifest: Some(manifest), ..counts })
        })?;
        heed(self.progress)?;
        results.name()?;
        self.folder.put_mark(SUMMARY, &counts)?;
        Ok(counts)
    }

    /// Leaves the work folder if the same run can go on from it, and else removes it.
    fn leave(self, error: &Error) {
        let has_done = disk::is_there(&self.folder.path(ENROLLMENTS)).unwrap_or(true);
        let goes_on = error.is_interrupted() || error.is_resume() || (has_done && !error.is_input());
        if goes_on || self.folder.has_begun_naming() {
            if error.is_output() {
                // Nothing goes on from it; the fault itself is what to tell.
                let _gone = self.folder.drop_unfinished();
            }
            return;
        }
        // What is left of the attempt; the fault itself is what to tell.
        let _gone = self.folder.discard(self.job);
    }
}

/// A result that is no longer what the run has written.
fn changed_since(path: &Path) -> Error {
    let path = path.display();
    Error::output(say!("`{path}` 写出后已被改动；请移走它", "`{path}` was changed after it was written; move it away"))
        .mended_by(Remedy::Overwrite)
}

/// The buckets of which anything came.
fn something(parts: &[Part]) -> u64 {
    let some = parts.iter().filter(|part| **part != Part::default());
    u64::try_from(some.count()).unwrap_or(u64::MAX)
}

/// The numbers of a run; every claim that was read is decided or rejected, or the program is at fault and says so.
fn sum(enrollments: &Put, claims: &Put, parts: &[Part], rejected: RejectCounts) -> Result<Counts, Error> {
    let mut tally = summary::Tally::default();
    let mut decided = 0_u64;
    for part in parts {
        tally.add(&part.tally);
        decided = decided.saturating_add(part.decided);
    }
    let mut observations = enrollments.observations.clone();
    observations.extend(&claims.observations);
    for part in parts {
        observations.extend(&part.observations);
    }
    let claims = Rows { read: claims.read, taken: decided, rejected: rejected.claims };
    let (read, lost) = (enrollments.read, rejected.enrollments);
    let enrollments = Rows { read, taken: read.saturating_sub(lost), rejected: lost };
    if claims.taken.saturating_add(claims.rejected) != claims.read {
        let Rows { read, taken, rejected } = claims;
        return Err(Error::arithmetic(say!(
            "程序错误：读入 {read} 条理赔，{taken} 条已审，{rejected} 条退回",
            "a fault of the program: {read} claims read, {taken} decided and {rejected} rejected"
        )));
    }
    let (causes, parts) = (rejected.causes, something(parts));
    Ok(Counts { claims, enrollments, tally, causes, observations, parts, certificates: None, manifest: None })
}
