//! 用户指南：一件事一章，窗口和命令行都讲。命令与英文版逐条相同。
//!
//! | 你想 | 章节 |
//! |---|---|
//! | 不用账号，先看它跑起来 | [`first_minute`] |
//! | 连接腾讯云或阿里云的集群 | [`connect`] |
//! | 发一条测试消息，或一百万条 | [`publish`] |
//! | 看主题里有什么，消息为何反复出现 | [`look`] |
//! | 处理完消息，以及谁也处理不了的消息 | [`ack`] |
//! | 弄清请求为何被拒绝 | [`refused`] |
//! | 让测试套件连接一个 Broker | [`testing`] |
//! | 故意制造故障，跳过等待 | [`faults_and_time`] |
//! | 在脚本里使用 | [`scripts`] |

pub mod first_minute {
    #![doc = include_str!("zh-CN/first_minute.md")]
}
pub mod connect {
    #![doc = include_str!("zh-CN/connect.md")]
}
pub mod publish {
    #![doc = include_str!("zh-CN/publish.md")]
}
pub mod look {
    #![doc = include_str!("zh-CN/look.md")]
}
pub mod ack {
    #![doc = include_str!("zh-CN/ack.md")]
}
pub mod refused {
    #![doc = include_str!("zh-CN/refused.md")]
}
pub mod testing {
    #![doc = include_str!("zh-CN/testing.md")]
}
pub mod faults_and_time {
    #![doc = include_str!("zh-CN/faults_and_time.md")]
}
pub mod scripts {
    #![doc = include_str!("zh-CN/scripts.md")]
}
