//! The admin API's calls about faults.

use reqwest::Method;

use super::AdminClient;
use crate::client::ClientError;
use crate::protocol::faults::{ActiveFault, FaultPlan, FaultReport, FaultRule};

impl AdminClient {
    /// The fault rules at work, and how often each struck.
    ///
    /// # Errors
    /// Any [`ErrorKind`](crate::client::ErrorKind), here and below.
    pub async fn faults(&self) -> Result<FaultReport, ClientError> {
        self.get("/faults").await
    }

    /// Replaces all rules and the seed.
    ///
    /// # Errors
    /// As above.
    pub async fn set_faults(&self, plan: &FaultPlan) -> Result<FaultReport, ClientError> {
        self.send(Method::PUT, "/faults", plan).await
    }

    /// Adds a rule behind the others.
    ///
    /// # Errors
    /// As above.
    pub async fn add_fault(&self, rule: &FaultRule) -> Result<ActiveFault, ClientError> {
        self.send(Method::POST, "/faults", rule).await
    }

    /// Takes one rule away; answers those that are left.
    ///
    /// # Errors
    /// As above; a number that no rule has is refused.
    pub async fn remove_fault(&self, id: u64) -> Result<FaultReport, ClientError> {
        self.take_away(&format!("/faults/{id}")).await
    }

    /// Takes all rules away.
    ///
    /// # Errors
    /// As above.
    pub async fn clear_faults(&self) -> Result<FaultReport, ClientError> {
        self.take_away("/faults").await
    }
}
