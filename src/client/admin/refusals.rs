//! The admin API's calls about requests that the sandbox refused.

use super::AdminClient;
use crate::client::ClientError;
use crate::protocol::admin::{Done, ExplainedRefusal, Refusals};

impl AdminClient {
    /// The last requests that were refused and came after this number, which is 0 for all of them.
    ///
    /// # Errors
    /// Any [`ErrorKind`](crate::client::ErrorKind), here and below.
    pub async fn refusals(&self, after: u64) -> Result<Refusals, ClientError> {
        self.get(&format!("/refusals?after={after}")).await
    }

    /// One of them, explained.
    ///
    /// # Errors
    /// As above; 404 if it is not kept any more.
    pub async fn explain_refusal(&self, number: u64) -> Result<ExplainedRefusal, ClientError> {
        self.get(&format!("/refusals/{number}")).await
    }

    /// Forgets all of them.
    ///
    /// # Errors
    /// As above.
    pub async fn forget_refusals(&self) -> Result<(), ClientError> {
        let Done {} = self.take_away("/refusals").await?;
        Ok(())
    }
}
