//! The packs that come with the program, so that it has them wherever it runs.

use std::collections::BTreeSet;

/// The named files of `rules/`, each with its text.
macro_rules! files {
    ($($name:literal)*) => { [$(($name, include_str!(concat!("../../rules/", $name)))),*] };
}

const FILES: [(&str, &str); 29] = files![
    "gansu-comprehensive.cases.toml"
    "gansu-comprehensive.toml"
    "guangdong-accident.cases.toml"
    "guangdong-accident.toml"
    "guangdong-critical-illness.cases.toml"
    "guangdong-critical-illness.toml"
    "guangdong-hospital-allowance.cases.toml"
    "guangdong-hospital-allowance.toml"
    "guangdong-second-medical.2015.cases.toml"
    "guangdong-second-medical.2015.toml"
    "guangdong-second-medical.2019.cases.toml"
    "guangdong-second-medical.2019.toml"
    "guangdong-second-medical.2025-07.cases.toml"
    "guangdong-second-medical.2025-07.toml"
    "guangdong-self-funded.cases.toml"
    "guangdong-self-funded.toml"
    "guangdong-womens-illness.cases.toml"
    "guangdong-womens-illness.toml"
    "guangdong.joint.toml"
    "henan-accident.cases.toml"
    "henan-accident.toml"
    "ningbo-critical.cases.toml"
    "ningbo-critical.toml"
    "ningbo-hospital.cases.toml"
    "ningbo-hospital.toml"
    "wuxi-return-allowance.cases.toml"
    "wuxi-return-allowance.toml"
    "wuxi-xixinbao.cases.toml"
    "wuxi-xixinbao.toml"
];

/// The plans that are shipped, by id.
pub(super) fn plans() -> BTreeSet<&'static str> {
    let packs = FILES.iter().filter(|(name, _)| !name.ends_with(".joint.toml"));
    packs.filter_map(|(name, _)| name.split('.').next()).collect()
}

/// Packs and cases of a plan, in all its versions, as those of a plan of this id; none if there is no such plan.
pub(super) fn files_of(plan: &str, id: &str) -> Vec<(String, String)> {
    let named_so =
        |name: &str| name.strip_prefix(plan).filter(|rest| rest.starts_with('.')).map(|rest| format!("{id}{rest}"));
    let files = FILES.iter().filter(|(name, _)| plans().contains(plan) && !name.ends_with(".joint.toml"));
    let (own, new) = (format!("\"{plan}\""), format!("\"{id}\""));
    files.filter_map(|(name, text)| Some((named_so(name)?, text.replace(&own, &new)))).collect()
}

/// The joint limits that a plan is under: the name of each file, its text, and the plans that it is over.
pub(super) fn joint_limits_over(
    plan: &str,
) -> impl Iterator<Item = (&'static str, &'static str, BTreeSet<&'static str>)> {
    let joints = FILES.iter().filter(|(name, _)| name.ends_with(".joint.toml"));
    let joints = joints.map(|(name, text)| {
        let named = text.split('"').filter(|word| plans().contains(word));
        (*name, *text, named.collect::<BTreeSet<_>>())
    });
    joints.filter(move |(_, _, plans)| plans.contains(plan))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_of_the_rules_folder_is_shipped() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
        let names = folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> =
            names.filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "toml")).collect();
        names.sort();
        let shipped = FILES.map(|(name, _)| name.to_owned());
        let left_out: Vec<_> = names.iter().filter(|name| !shipped.contains(name)).collect();
        assert!(left_out.is_empty(), "not among FILES: {left_out:?}");
        assert_eq!(shipped.to_vec(), names);
    }

    #[test]
    fn a_joint_limit_is_known_by_its_plans() {
        let over: Vec<_> =
            joint_limits_over("guangdong-accident").map(|(name, _, plans)| (name, plans.len())).collect();
        assert_eq!(over, [("guangdong.joint.toml", 6)]);
        assert_eq!(joint_limits_over("henan-accident").count(), 0);
    }
}
