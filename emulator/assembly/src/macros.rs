//! Macro definitions and their expansion.
//!
//! A macro is a few cards with holes. Its formal arguments are symbols; wherever one stands in the
//! location, operation or variable field, bounded by characters that are not part of symbols, the
//! actual argument takes its place. An apostrophe joins: with N standing for 3, `L'N` gives `L3`.
//! Actual arguments stand between commas; one in parentheses may hold commas and blanks and loses
//! the parentheses. Formal arguments left without an actual one at the end of the list get a
//! created symbol, `..0001` and so on, new in each call: labels inside a macro.
//!
//! `IRP X` ... `IRP` inside a macro repeats the cards between for each item of the list X.
//!
//! Source: the project's reference on the 7090, section 20.3.

use crate::card::{Card, Extent};
use crate::symbols::is_symbol_character;
use std::collections::BTreeMap;

/// A definition.
#[derive(Clone, Debug)]
pub(crate) struct Macro {
    pub name: String,
    pub formal: Vec<String>,
    pub body: Vec<Card>,
}

/// A card grown longer than this by substitution is refused: a macro that doubles its argument
/// at each level would fill any store.
const CARD_LENGTH_MAX: usize = 2_000;

/// More cards than this from one call are refused.
const CARDS_MAX: usize = 20_000;

/// The cards of one call, or what is wrong with it.
pub(crate) fn expand(
    definition: &Macro,
    call: &Card,
    actual: &[String],
    created: &mut u32,
) -> Result<Vec<Card>, String> {
    let name = &definition.name;
    if actual.len() > definition.formal.len() {
        let (given, wanted) = (actual.len(), definition.formal.len());
        return Err(format!("{name} has {wanted} arguments, not {given}"));
    }
    let mut values = BTreeMap::new();
    for (index, formal) in definition.formal.iter().enumerate() {
        let value = actual.get(index).cloned().unwrap_or_else(|| {
            *created += 1;
            created_symbol(*created)
        });
        values.insert(formal.as_str(), value);
    }
    let mut cards = Vec::new();
    let mut nested = 0usize;
    let mut index = 0;
    while let Some(card) = definition.body.get(index) {
        index += 1;
        match card.operation.text.as_str() {
            "MACRO" => nested += 1,
            "END" | "ENDM" => nested = nested.saturating_sub(1),
            "IRP" if nested == 0 => {
                let rest = &definition.body[index..];
                let length = rest.iter().position(|card| card.operation.text == "IRP");
                let Some(length) = length else {
                    return Err(format!("an IRP in macro {name} lacks the IRP that ends it"));
                };
                let wanted = first_field(card);
                let Some(formal) = definition.formal.iter().find(|known| **known == wanted) else {
                    return Err(format!(
                        "IRP in macro {name} names {wanted:?}, no argument of it"
                    ));
                };
                let list = values.get(formal.as_str()).cloned().unwrap_or_default();
                for item in split_list(&list) {
                    values.insert(formal.as_str(), item);
                    for card in &rest[..length] {
                        cards.push(fill(card, call, name, &values)?);
                    }
                }
                values.insert(formal.as_str(), list);
                index += length + 1;
                continue;
            }
            _ => {}
        }
        cards.push(fill(card, call, name, &values)?);
        if cards.len() > CARDS_MAX {
            return Err(format!(
                "one call of {name} makes more than {CARDS_MAX} cards"
            ));
        }
    }
    Ok(cards)
}

/// `..0001` and so on; after `..9999` come `..A000` to `..Z999`, then the numbers begin again.
fn created_symbol(number: u32) -> String {
    let number = number % 36_000;
    match number {
        0..10_000 => format!("..{number:04}"),
        _ => {
            let letter = (b'A' + (number / 1_000 - 10) as u8) as char;
            format!("..{letter}{:03}", number % 1_000)
        }
    }
}

fn first_field(card: &Card) -> String {
    let rest: Vec<char> = card.rest.text.chars().collect();
    rest[..Extent::Blank.measure(&rest)].iter().collect()
}

/// One card with its arguments filled in; it stands at the place of the call.
fn fill(
    card: &Card,
    call: &Card,
    name: &str,
    values: &BTreeMap<&str, String>,
) -> Result<Card, String> {
    let mut filled = card.clone();
    filled.file = call.file;
    filled.line = call.line;
    filled.generated = true;
    filled.within = Some(match &call.within {
        Some(outer) => outer.clone(),
        None => name.to_string(),
    });
    if card.is_comment {
        return Ok(filled);
    }
    filled.location.text = substitute(&card.location.text, values);
    filled.location.column = call.operation.column;
    let star = if card.indirect { "*" } else { "" };
    let operation = format!("{}{star}", substitute(&card.operation.text, values));
    filled.set_operation(operation, call.operation.column);
    let rest: Vec<char> = card.rest.text.chars().collect();
    let split = extent_of(&filled.operation.text).measure(&rest);
    let variable: String = rest[..split].iter().collect();
    let comment: String = rest[split..].iter().collect();
    filled.rest.text = substitute(&variable, values) + &comment;
    filled.rest.column = call.operation.column;
    if filled.rest.text.len() > CARD_LENGTH_MAX {
        return Err(format!(
            "a card of macro {name} grows beyond {CARD_LENGTH_MAX} columns"
        ));
    }
    filled.redraw();
    Ok(filled)
}

/// How far the field reaches in which arguments are replaced.
fn extent_of(operation: &str) -> Extent {
    match operation {
        "BCI" | "BCD" | "TTL" | "TITLE" | "REM" | "LBL" => Extent::Card,
        _ => Extent::BlankOutsideParentheses,
    }
}

/// `text` with the values of the names in it.
fn substitute(text: &str, values: &BTreeMap<&str, String>) -> String {
    let mut result = String::new();
    let mut rest = text;
    // Set after a replaced name: an apostrophe that follows only joins.
    let mut joins = false;
    while !rest.is_empty() {
        let length = rest.find(|c| !is_symbol_character(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        if let Some(value) = values.get(word) {
            if result.ends_with('\'') {
                result.pop();
            }
            result.push_str(value);
            joins = true;
        } else {
            result.push_str(word);
            joins &= word.is_empty();
        }
        let mut others = after.chars();
        if let Some(c) = others.next() {
            if !(joins && c == '\'') {
                result.push(c);
            }
            joins = false;
        }
        rest = others.as_str();
    }
    result
}

/// The items of a list: between commas outside parentheses, each without its outer parentheses.
pub(crate) fn split_list(text: &str) -> Vec<String> {
    if text.is_empty() {
        return Vec::new();
    }
    let mut items = Vec::new();
    let mut item = String::new();
    let mut depth = 0usize;
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                items.push(without_parentheses(&item));
                item.clear();
                continue;
            }
            _ => {}
        }
        item.push(c);
    }
    items.push(without_parentheses(&item));
    items
}

/// Takes off one pair of parentheses that encloses the whole text.
fn without_parentheses(text: &str) -> String {
    let mut depth = 0usize;
    for (index, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && index + 1 < text.len() {
            return text.to_string();
        }
    }
    match text
        .strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'))
    {
        Some(inner) => inner.to_string(),
        None => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_replace_whole_symbols_only() {
        let values = BTreeMap::from([("A", "X".to_string()), ("N", "3".to_string())]);
        assert_eq!(substitute("A+BA-A,N", &values), "X+BA-X,3");
        assert_eq!(substitute("L'N", &values), "L3");
        assert_eq!(substitute("A'N'B", &values), "X3B");
        assert_eq!(substitute("DON'T'A", &values), "DON'TX");
    }

    #[test]
    fn created_symbols_stay_short() {
        let names = [1, 9_999, 10_000, 35_999].map(created_symbol);
        assert_eq!(names, ["..0001", "..9999", "..A000", "..Z999"]);
    }

    #[test]
    fn lists_are_split_outside_parentheses() {
        assert_eq!(split_list("A,(B,C),,D(E)"), ["A", "B,C", "", "D(E)"]);
        assert_eq!(split_list("(A)(B)"), ["(A)(B)"]);
        assert_eq!(split_list("((A,B))"), ["(A,B)"]);
        assert!(split_list("").is_empty());
    }
}
