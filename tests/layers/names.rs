//! Reads one source file and lists what it names: paths (imports resolved, also inside macros),
//! macros, string literals, ignored tests. Judges nothing, and expands no macro.
//!
//! What the compiler knows and the text does not say stays unseen: the type behind a method call,
//! or a name that a re-export has given another address.

use std::collections::{HashMap, HashSet};

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// A path as written at one place, from its crate's root on where that can be told:
/// `crate::client::Client`, `tokio::sync::mpsc`, `std::fs::read`, `Timestamp::now`.
#[derive(Debug)]
pub(crate) struct Name {
    pub(crate) path: String,
    pub(crate) line: usize,
}

/// A string in the code, as it is at run time.
#[derive(Debug)]
pub(crate) struct Literal {
    pub(crate) text: String,
    pub(crate) line: usize,
    /// The nearest function or method around it that it is an argument of.
    pub(crate) given_to: String,
    pub(crate) in_test: bool,
}

/// All that one file names.
#[derive(Debug, Default)]
pub(crate) struct Named {
    pub(crate) paths: Vec<Name>,
    /// The last part of the path: `todo` for `std::todo!()`.
    pub(crate) macros: Vec<Name>,
    /// Lines of `#[ignore]`.
    pub(crate) ignored: Vec<usize>,
    pub(crate) literals: Vec<Literal>,
}

/// `module` is where the file stands in its crate, `externs` are the crates it could name.
pub(crate) fn names_of(
    text: &str,
    module: &[String],
    externs: &HashSet<String>,
) -> syn::Result<Named> {
    let file = syn::parse_file(text)?;
    let mut reader = Reader {
        externs,
        scopes: vec![Scope::new(module.to_vec(), &file.items)],
        given_to: String::new(),
        tests: 0,
        named: Named::default(),
    };
    reader.visit_file(&file);
    Ok(reader.named)
}

/// What single names mean in one module.
struct Scope {
    module: Vec<String>,
    children: HashSet<String>,
    /// Local name to the path that the `use` says, not resolved further.
    imports: HashMap<String, Vec<String>>,
}

impl Scope {
    fn new(module: Vec<String>, items: &[syn::Item]) -> Self {
        let mut scope = Self {
            module,
            children: HashSet::new(),
            imports: HashMap::new(),
        };
        for item in items {
            scope.visit_item(item);
        }
        scope
    }
}

/// Collects children and imports; those inside a function count for the whole module.
impl<'ast> Visit<'ast> for Scope {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        // Not into it: its imports are its own.
        self.children.insert(module.ident.to_string());
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        flatten(&item.tree, &mut Vec::new(), &mut |path, local, _| {
            self.imports.insert(local.to_owned(), path);
        });
    }
}

/// Calls `found` for every leaf of a `use`, with its path, its local name and its place.
fn flatten(
    tree: &syn::UseTree,
    prefix: &mut Vec<String>,
    found: &mut dyn FnMut(Vec<String>, &str, Span),
) {
    let leaf = |prefix: &[String], last: &str| {
        let mut path = prefix.to_vec();
        if last != "self" || path.is_empty() {
            path.push(last.to_owned());
        }
        path
    };
    match tree {
        syn::UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            flatten(&path.tree, prefix, found);
            prefix.pop();
        }
        syn::UseTree::Name(name) => {
            let path = leaf(prefix, &name.ident.to_string());
            let local = path.last().cloned().unwrap_or_default();
            found(path, &local, name.ident.span());
        }
        syn::UseTree::Rename(rename) => {
            let path = leaf(prefix, &rename.ident.to_string());
            found(path, &rename.rename.to_string(), rename.ident.span());
        }
        syn::UseTree::Glob(glob) => {
            let path = leaf(prefix, "*");
            found(path, "*", glob.star_token.spans[0]);
        }
        syn::UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, prefix, found);
            }
        }
    }
}

fn is(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

struct Reader<'a> {
    externs: &'a HashSet<String>,
    /// The module we are in is the last one.
    scopes: Vec<Scope>,
    given_to: String,
    /// How many items that exist in tests only are around us.
    tests: usize,
    named: Named,
}

impl Reader<'_> {
    fn name(&mut self, path: &[String], span: Span) {
        let path = match self.resolve(path) {
            Some(path) => path,
            // A variable, a field, something of this module.
            None if path.len() == 1 => return,
            None => path.to_vec(),
        };
        self.named.paths.push(Name {
            path: path.join("::"),
            line: span.start().line,
        });
    }

    /// The path from a crate's root on, if it leads to one.
    fn resolve(&self, path: &[String]) -> Option<Vec<String>> {
        // A chain of imports longer than this would be a circle.
        const LONGEST_CHAIN: usize = 8;
        let mut path = path.to_vec();
        for _ in 0..LONGEST_CHAIN {
            let here = self.scopes.last()?;
            let first = path.first()?.as_str();
            if matches!(first, "crate" | "self" | "super") {
                return Some(absolute(&here.module, &path));
            }
            let known = |scope: &&Scope| {
                scope.children.contains(first) || scope.imports.contains_key(first)
            };
            // The modules around us count because of `use super::*`.
            match self.scopes.iter().rev().find(known) {
                Some(scope) if scope.children.contains(first) => {
                    return Some([&scope.module[..], &path[..]].concat());
                }
                Some(scope) if scope.imports[first].first() != path.first() => {
                    path.splice(..1, scope.imports[first].iter().cloned());
                }
                Some(scope) => {
                    // `use tokio::…` as `tokio`, or `use http;`: a crate after all.
                    path.splice(..1, scope.imports[first].iter().cloned());
                    return Some(path);
                }
                // One name alone is a local one: a crate is never meant by that.
                None => return (path.len() > 1 && self.externs.contains(first)).then_some(path),
            }
        }
        None
    }

    /// What stands in a macro or an attribute, where there are only tokens.
    fn tokens(&mut self, tokens: TokenStream, attribute: bool) {
        let mut tokens = tokens.into_iter().peekable();
        let mut after_dot = false;
        while let Some(token) = tokens.next() {
            let dot = after_dot;
            after_dot = false;
            match token {
                TokenTree::Group(group) => self.tokens(group.stream(), attribute),
                TokenTree::Punct(punct) => after_dot = punct.as_char() == '.',
                TokenTree::Literal(literal) if !attribute => {
                    let span = literal.span();
                    if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                        self.literal(text.value(), span);
                    }
                }
                TokenTree::Literal(_) => {}
                TokenTree::Ident(ident) => {
                    let mut path = vec![ident.to_string()];
                    while is(tokens.peek(), ':') {
                        // Two colons and a name, or the colon of a type or a field.
                        let mut ahead = tokens.clone();
                        ahead.next();
                        if !is(ahead.next().as_ref(), ':') {
                            break;
                        }
                        match ahead.next() {
                            Some(TokenTree::Ident(next)) => path.push(next.to_string()),
                            Some(TokenTree::Punct(star)) if star.as_char() == '*' => {
                                path.push("*".to_owned());
                            }
                            // `use a::{b, c}` and turbofish: what has been read will do.
                            _ => break,
                        }
                        tokens = ahead;
                    }
                    if is(tokens.peek(), '!')
                        && let Some(TokenTree::Group(group)) = tokens.clone().nth(1)
                        && group.delimiter() != Delimiter::None
                    {
                        self.macro_name(&path, ident.span());
                    }
                    if attribute && path == ["ignore"] {
                        self.named.ignored.push(ident.span().start().line);
                    }
                    if !dot {
                        self.name(&path, ident.span());
                    }
                }
            }
        }
    }

    fn macro_name(&mut self, path: &[String], span: Span) {
        self.named.macros.push(Name {
            path: path.last().cloned().unwrap_or_default(),
            line: span.start().line,
        });
    }

    fn literal(&mut self, text: String, span: Span) {
        self.named.literals.push(Literal {
            text,
            line: span.start().line,
            given_to: self.given_to.clone(),
            in_test: self.tests > 0,
        });
    }

    fn in_call(&mut self, function: String, visit: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.given_to, function);
        visit(self);
        self.given_to = before;
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes = match item {
            syn::Item::Mod(item) => &item.attrs,
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        let test = attributes.iter().any(|attribute| match &attribute.meta {
            syn::Meta::Path(path) => last(path) == "test",
            syn::Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
            syn::Meta::NameValue(_) => false,
        });
        self.tests += usize::from(test);
        visit::visit_item(self, item);
        self.tests -= usize::from(test);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let Some((_, items)) = &item.content else {
            return;
        };
        let mut module = self.scopes[self.scopes.len() - 1].module.clone();
        module.push(item.ident.to_string());
        self.scopes.push(Scope::new(module, items));
        visit::visit_item_mod(self, item);
        self.scopes.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        flatten(&item.tree, &mut Vec::new(), &mut |path, _, span| {
            // An import's own local name must not explain the import.
            let direct = match path[0].as_str() {
                first if self.externs.contains(first) && !self.is_child(first) => {
                    Some(path.clone())
                }
                _ => self.resolve(&path),
            };
            self.named.paths.push(Name {
                path: direct.unwrap_or(path).join("::"),
                line: span.start().line,
            });
        });
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        if let Some(first) = path.segments.first() {
            self.name(&parts, first.ident.span());
        }
        visit::visit_path(self, path);
    }

    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {
        // `pub(crate)` uses nothing.
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.visit_path(&mac.path);
        if let Some(name) = mac.path.segments.last() {
            self.macro_name(&[name.ident.to_string()], name.ident.span());
        }
        self.in_call(format!("{}!", last(&mac.path)), |reader| {
            reader.tokens(mac.tokens.clone(), false);
        });
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        match &attribute.meta {
            syn::Meta::NameValue(meta) if meta.path.is_ident("doc") => {}
            syn::Meta::List(list) => {
                self.visit_path(&list.path);
                self.tokens(list.tokens.clone(), true);
            }
            meta => {
                let path = meta.path();
                if path.is_ident("ignore") {
                    let line = path.segments[0].ident.span().start().line;
                    self.named.ignored.push(line);
                }
                self.visit_path(path);
            }
        }
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        self.visit_expr(&call.func);
        let function = match &*call.func {
            syn::Expr::Path(path) => path
                .path
                .segments
                .iter()
                .map(|segment| segment.ident.to_string())
                .collect::<Vec<_>>()
                .join("::"),
            _ => String::new(),
        };
        self.in_call(function, |reader| {
            call.args
                .iter()
                .for_each(|argument| reader.visit_expr(argument));
        });
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.visit_expr(&call.receiver);
        if let Some(generics) = &call.turbofish {
            self.visit_angle_bracketed_generic_arguments(generics);
        }
        self.in_call(call.method.to_string(), |reader| {
            call.args
                .iter()
                .for_each(|argument| reader.visit_expr(argument));
        });
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        // What it says is not said to the function it is given to.
        self.in_call(String::new(), |reader| {
            visit::visit_expr_closure(reader, closure)
        });
    }

    fn visit_lit_str(&mut self, literal: &'ast syn::LitStr) {
        self.literal(literal.value(), literal.span());
    }
}

impl Reader<'_> {
    fn is_child(&self, name: &str) -> bool {
        self.scopes
            .last()
            .is_some_and(|scope| scope.children.contains(name))
    }
}

fn last(path: &syn::Path) -> String {
    path.segments
        .last()
        .map(|segment| segment.ident.to_string())
        .unwrap_or_default()
}

/// Follows `crate`, `self` and `super` at the start of a path.
fn absolute(module: &[String], path: &[String]) -> Vec<String> {
    let mut at = module.to_vec();
    let mut rest = path;
    while let [first, others @ ..] = rest {
        match first.as_str() {
            "crate" => at.truncate(1),
            "self" => {}
            "super" => {
                at.pop();
            }
            _ => break,
        }
        rest = others;
    }
    at.extend_from_slice(rest);
    at
}
