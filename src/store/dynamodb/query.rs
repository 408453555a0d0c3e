//! Reading: everything is read consistently.

use aws_sdk_dynamodb::Client;

use crate::core::Result;

use super::super::answers::classify;
use super::items::{Item, is_first, text};

/// What to read: items of one `pk`.
pub(super) struct Query<'a> {
    pub(super) table: &'a str,
    pub(super) pk: String,
    /// The first and the last `sk`; all if there are none.
    pub(super) between: Option<(String, String)>,
    pub(super) newest_first: bool,
    /// How many documents are enough.
    pub(super) enough: usize,
}

impl Query<'_> {
    /// Returns all items of `pk`.
    pub(super) fn all(table: &str, pk: String) -> Query<'_> {
        Query { table, pk, between: None, newest_first: false, enough: usize::MAX }
    }

    /// Returns the items, page after page, until there are enough whole documents or no more.
    pub(super) async fn send(&self, client: &Client, doing: &str) -> Result<Vec<Item>> {
        let mut request = client
            .query()
            .table_name(self.table)
            .consistent_read(true)
            .scan_index_forward(!self.newest_first)
            .expression_attribute_values(":pk", text(&self.pk));
        request = match &self.between {
            None => request.key_condition_expression("pk = :pk"),
            Some((first, last)) => request
                .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
                .expression_attribute_values(":first", text(first))
                .expression_attribute_values(":last", text(last)),
        };
        if let Ok(enough @ 1..=1000) = i32::try_from(self.enough) {
            request = request.limit(enough);
        }
        let mut items: Vec<Item> = Vec::new();
        let mut from = None;
        loop {
            let page =
                request.clone().set_exclusive_start_key(from).send().await.map_err(|e| classify(e, doing))?;
            items.extend(page.items.unwrap_or_default());
            from = page.last_evaluated_key.filter(|key| !key.is_empty());
            if from.is_none() || items.iter().filter(|item| is_first(item)).count() >= self.enough {
                return Ok(items);
            }
        }
    }
}
