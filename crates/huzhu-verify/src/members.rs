//! The members of an object, taken by name until none is left.

use super::canonical::{Json, Member};
use super::digest::Digest;
use super::flaw::{Flaw, Place};
use super::number::Number;

#[derive(Debug)]
pub(super) struct Members<'j, 't, 'p> {
    place: &'p Place<'p>,
    left: Vec<&'j Member<'t>>,
}

impl<'j, 't, 'p> Members<'j, 't, 'p> {
    pub(super) fn of(json: &'j Json<'t>, place: &'p Place<'p>) -> Result<Members<'j, 't, 'p>, Flaw> {
        match json {
            Json::Object(members) => Ok(Members { place, left: members.iter().collect() }),
            _ => Err(Flaw::new(place, "应为对象", "it must be an object")),
        }
    }

    pub(super) fn take(&mut self, name: &str) -> Result<&'j Member<'t>, Flaw> {
        let missing = || Flaw::new(self.place, format!("没有成员 `{name}`"), format!("it has no member `{name}`"));
        let found = self.left.iter().position(|member| member.name == name);
        found.map(|place| self.left.remove(place)).ok_or_else(missing)
    }

    pub(super) fn take_if_there(&mut self, name: &str) -> Option<&'j Member<'t>> {
        self.take(name).ok()
    }

    /// Refuses members that are not listed.
    pub(super) fn end(self) -> Result<(), Flaw> {
        match self.left.first() {
            Some(member) => {
                let name = &member.name;
                Err(Flaw::new(self.place, format!("不应有成员 `{name}`"), format!("no member `{name}` may be in it")))
            }
            None => Ok(()),
        }
    }

    pub(super) fn text(&mut self, name: &str) -> Result<&'j str, Flaw> {
        let member = self.take(name)?;
        text(&member.value, &self.place.member(name))
    }

    /// A text that is one of a few.
    pub(super) fn one_of<T: Copy>(&mut self, name: &str, known: &[(&str, T)]) -> Result<T, Flaw> {
        let found = self.text(name)?;
        let matching = known.iter().find(|(word, _)| *word == found);
        matching.map(|(_, meaning)| *meaning).ok_or_else(|| {
            Flaw::new(self.place.member(name), format!("不认识 `{found}`"), format!("`{found}` is not known here"))
        })
    }

    pub(super) fn whole(&mut self, name: &str) -> Result<u64, Flaw> {
        let member = self.take(name)?;
        whole(&member.value, &self.place.member(name))
    }

    pub(super) fn list(&mut self, name: &str) -> Result<&'j [Json<'t>], Flaw> {
        let member = self.take(name)?;
        list(&member.value, &self.place.member(name))
    }

    pub(super) fn number(&mut self, name: &str) -> Result<Number, Flaw> {
        let member = self.take(name)?;
        number(&member.value, &self.place.member(name))
    }

    pub(super) fn digest(&mut self, name: &str) -> Result<Digest, Flaw> {
        let found = self.text(name)?;
        digest(found, &self.place.member(name))
    }

    /// An object of a text in each language.
    pub(super) fn words(&mut self, name: &str) -> Result<(), Flaw> {
        let member = self.take(name)?;
        let place = self.place.member(name);
        let mut words = Members::of(&member.value, &place)?;
        words.text("en")?;
        words.text("zh")?;
        words.end()
    }
}

pub(super) fn text<'j>(json: &'j Json<'_>, place: &Place<'_>) -> Result<&'j str, Flaw> {
    match json {
        Json::Text(text) => Ok(text),
        _ => Err(Flaw::new(place, "应为文本", "it must be a text")),
    }
}

pub(super) fn whole(json: &Json<'_>, place: &Place<'_>) -> Result<u64, Flaw> {
    match json {
        Json::Whole(number) => Ok(*number),
        _ => Err(Flaw::new(place, "应为整数", "it must be a whole number")),
    }
}

pub(super) fn list<'j, 't>(json: &'j Json<'t>, place: &Place<'_>) -> Result<&'j [Json<'t>], Flaw> {
    match json {
        Json::List(items) => Ok(items),
        _ => Err(Flaw::new(place, "应为列表", "it must be a list")),
    }
}

pub(super) fn number(json: &Json<'_>, place: &Place<'_>) -> Result<Number, Flaw> {
    let number = match json {
        Json::Text(text) => Number::parse(text),
        _ => None,
    };
    number.ok_or_else(|| Flaw::new(place, "应为数", "it must be a number"))
}

pub(super) fn digest(text: &str, place: &Place<'_>) -> Result<Digest, Flaw> {
    Digest::parse(text)
        .ok_or_else(|| Flaw::new(place, "应为 64 位小写十六进制", "it must be 64 hexadecimal digits in lower case"))
}
