//! The calls about requests that were refused. Masks nothing: `sandbox::refusals` has done that.

use std::sync::Arc;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;

use super::{Admin, Refused};
use crate::protocol::admin::{AdminCode, Done, ExplainedRefusal, Refusals};

/// Which of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Only those that came after this one.
    #[serde(default)]
    after: u64,
}

pub(super) fn calls() -> Router<Arc<Admin>> {
    Router::new()
        .route("/refusals", get(list).delete(forget))
        .route("/refusals/{number}", get(explain))
}

async fn list(
    State(admin): State<Arc<Admin>>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Refusals>, Refused> {
    let Query(wanted) = wanted?;
    Ok(Json(admin.refusals.after(wanted.after)))
}

async fn forget(State(admin): State<Arc<Admin>>) -> Json<Done> {
    admin.refusals.forget();
    Json(Done {})
}

async fn explain(
    State(admin): State<Arc<Admin>>,
    number: Result<Path<u64>, PathRejection>,
) -> Result<Json<ExplainedRefusal>, Refused> {
    let Path(number) = number
        .map_err(|rejection| Refused::new(AdminCode::InvalidArgument, rejection.body_text()))?;
    // So long that no other request should wait for it.
    let refusals = Arc::clone(&admin.refusals);
    let explained = tokio::task::spawn_blocking(move || refusals.explain(number)).await;
    let explained =
        explained.map_err(|_| Refused::new(AdminCode::InternalError, "the sandbox has a bug"))?;
    explained.map(Json).ok_or_else(|| {
        let what = format!("there is no refused request {number}, or it is not kept any more");
        Refused::new(AdminCode::NotFound, what)
    })
}
