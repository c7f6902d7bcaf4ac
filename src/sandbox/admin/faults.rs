//! The calls about faults: which rules are at work, and which shall be. Decides nothing about
//! requests: `chaos.rs` does.

use std::sync::Arc;

use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{Path, State};
use axum::routing::{delete, get};
use axum::{Json, Router};

use super::{Admin, Refused};
use crate::protocol::admin::AdminCode;
use crate::protocol::faults::{ActiveFault, FaultPlan, FaultReport, FaultRule};

/// All of them.
pub(super) fn calls() -> Router<Arc<Admin>> {
    let all = get(report).put(replace).post(add).delete(clear);
    Router::new()
        .route("/faults", all)
        .route("/faults/{id}", delete(remove))
}

async fn report(State(admin): State<Arc<Admin>>) -> Json<FaultReport> {
    Json(admin.chaos.report())
}

async fn replace(
    State(admin): State<Arc<Admin>>,
    plan: Result<Json<FaultPlan>, JsonRejection>,
) -> Result<Json<FaultReport>, Refused> {
    let Json(plan) = plan?;
    admin.chaos.set_plan(plan);
    Ok(Json(admin.chaos.report()))
}

async fn add(
    State(admin): State<Arc<Admin>>,
    rule: Result<Json<FaultRule>, JsonRejection>,
) -> Result<Json<ActiveFault>, Refused> {
    let Json(rule) = rule?;
    Ok(Json(ActiveFault {
        id: admin.chaos.add(rule.clone()),
        hits: 0,
        rule,
    }))
}

async fn clear(State(admin): State<Arc<Admin>>) -> Json<FaultReport> {
    admin.chaos.clear();
    Json(admin.chaos.report())
}

async fn remove(
    State(admin): State<Arc<Admin>>,
    id: Result<Path<u64>, PathRejection>,
) -> Result<Json<FaultReport>, Refused> {
    let Path(id) =
        id.map_err(|rejection| Refused::new(AdminCode::InvalidArgument, rejection.body_text()))?;
    if !admin.chaos.remove(id) {
        let what = format!("there is no fault rule {id}");
        return Err(Refused::new(AdminCode::NotFound, what));
    }
    Ok(Json(admin.chaos.report()))
}
