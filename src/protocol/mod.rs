//! The RocketMQ HTTP protocol, both directions, as plain values.
//!
//! Pure: no I/O, no async, no clock, no logging. What a client writes and what a broker
//! reads is encoded and decoded in one file, so the two ends cannot drift apart.

pub mod address;
pub mod admin;
pub mod date;
pub mod explain;
pub mod fault;
pub mod faults;
pub mod limits;
pub mod lint;
pub mod message;
pub mod properties;
pub mod request;
pub mod response;
pub mod sign;
pub mod span;
mod xml;

pub use fault::{Fault, FaultCode, Refusal};
pub use limits::{Limits, Profile};
pub use lint::{NewMessage, Problem};
pub use message::{
    GroupId, InstanceId, InvalidName, MessageParts, ReceiptHandle, ReceivedMessage, TagFilter,
    Timestamp, TopicName, body_md5, hex_id,
};
pub use request::{
    AckAction, Call, ConsumeMode, HandleList, MAX_HANDLES, Operation, OperationKind,
};
pub use response::{AckFailure, DamagedMessage, DecodeError, MessageList, PublishReceipt, Reply};

/// Name of the protocol version header. [doc]
pub const VERSION_HEADER: &str = "x-mq-version";
/// The one protocol version that all official SDKs send. [wire]
pub const VERSION: &str = "2015-06-06";
/// Reply header that names the request in the server's logs, lower case on the wire. [wire]
pub const REQUEST_ID_HEADER: &str = "x-mq-request-id";
/// Header of an STS token; sent, never signed. [wire]
pub const SECURITY_TOKEN_HEADER: &str = "security-token";
/// Content type of every reply, and of our own requests. [wire]
pub const CONTENT_TYPE: &str = "text/xml;charset=UTF-8";
