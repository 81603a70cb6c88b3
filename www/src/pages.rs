//! The pages: HTML files with a few things filled in, read at each request so that an edit shows on reload.

use std::path::PathBuf;

use minijinja::value::Serde;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value, context};

use crate::config::Article;
use crate::quote::Customer;
use crate::shop::Shop;
use crate::ways::Provider;

/// Renders the pages of a folder.
pub(crate) struct Pages {
    root: PathBuf,
    shop: String,
    backend: String,
    sandbox: String,
    /// The first page of the documentation.
    docs: PathBuf,
    /// By sku: `name` (as a page shows it), `currency`, `amount` (a decimal in major units) and `shown` (the same as people read it).
    goods: Value,
}

impl Pages {
    pub(crate) fn new(shop: &Shop) -> Self {
        let good = |(sku, it): (&String, &Article)| {
            let (name, amount) = (it.shown_name(), it.price.to_decimal());
            let (currency, shown) = (it.price.currency().to_string(), it.price.to_grouped());
            (sku.clone(), context! { name, amount, currency, shown })
        };
        Self {
            root: shop.root.clone(),
            shop: shop.origin.clone(),
            backend: shop.backend.clone(),
            sandbox: shop.sandbox.clone(),
            docs: shop.docs.join("index.html"),
            goods: Value::from_pairs(shop.config.catalogue.iter().map(good)),
        }
    }

    /// One page, with this way to pay. An unknown name in it, an article say that is not in the catalogue, is an error.
    pub(crate) fn render(&self, name: &str, provider: Provider) -> Result<String, Error> {
        let path = self.root.join(name);
        let source = std::fs::read_to_string(&path).map_err(|error| {
            let text = format!("cannot read {}", path.display());
            Error::new(ErrorKind::TemplateNotFound, text).with_source(error)
        })?;
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let Self {
            shop,
            backend,
            sandbox,
            goods,
            ..
        } = self;
        let docs = self.docs.is_file();
        let way = Value::from(Serde(provider.way()));
        let ways = Value::from(Serde(Provider::ALL.map(Provider::way)));
        let customer = provider.sends_a_link().then(Customer::example);
        let customer = Value::from(Serde(customer));
        environment.render_named_str(
            name,
            &source,
            context! { shop, backend, sandbox, docs, goods, way, ways, customer },
        )
    }
}
