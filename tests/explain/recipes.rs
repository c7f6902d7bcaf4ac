//! How the SDKs sign: what is written down about them gives the recorded requests.

use mqscope::protocol::explain::Sdk;

use crate::vectors::{Signed, vectors};

#[test]
fn the_recipes_give_what_the_sdks_sent() {
    for vector in vectors() {
        let signed = Signed::of(vector.request());
        let found = signed.explained();
        assert_eq!(
            found.sdk.map(Sdk::id),
            Some(vector.sdk.as_str()),
            "{}",
            vector.name()
        );
        let recipe = found
            .recipes
            .iter()
            .find(|recipe| recipe.sdk.id() == vector.sdk)
            .unwrap();
        assert_eq!(recipe.target, signed.request.target, "{}", vector.name());
        assert_eq!(
            recipe.string_to_sign,
            vector.string_to_sign,
            "{}",
            vector.name()
        );
        for (name, value) in &recipe.headers {
            assert_eq!(
                signed.request.header(name),
                Some(value.as_str()),
                "{} {name}",
                vector.name()
            );
        }
    }
}

#[test]
fn every_sdk_has_its_recipe_for_a_call_of_any_other() {
    for vector in vectors() {
        let recipes = vector.sound().explained().recipes;
        assert_eq!(
            recipes.iter().map(|recipe| recipe.sdk).collect::<Vec<_>>(),
            Sdk::ALL
        );
        for recipe in recipes {
            let sent: Vec<&str> = recipe.string_to_sign.lines().collect();
            assert_eq!(sent.len(), 6, "{} as {:?}", vector.name(), recipe.sdk);
        }
    }
}
