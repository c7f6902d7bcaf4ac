# 界面文字（简体中文）。使用全角标点，术语与厂商控制台一致：主题、消费组、标签、消息体、死信。
# 每个键也在 en.ftl 中，变量相同。

## 语言

language-name = 中文
theme-dark = 深色主题
theme-light = 浅色主题

## 字段

field-topic = 主题
field-group = 消费组
field-instance = 实例 ID
field-tag = 标签
field-key = Key
field-body = 消息体
field-sharding-key = 分区键
field-batch = 批量
field-wait = 等待

## 时长

age-seconds = { $n } 秒
age-minutes = { $n } 分钟
age-hours = { $n } 小时
age-days = { $n } 天

## 连接

connections-title = 连接
connection-add = + 添加连接…
connection-use = 使用 { $name }
connection-edit = 编辑 { $name }…
connection-idle = 未连接
connection-in-use = 消费中
connection-read-only = 只读
sandbox-name = 本地沙箱
sandbox-starting = 启动中
sandbox-running = 运行中 · { $addr }
sandbox-failed = 未运行
sandbox-other-instance = 客户端通过实例 { $instance } 使用该主题。如需查看，请添加一个带此实例 ID 的沙箱连接

## 连接设置

connection-new-title = 新建连接
connection-edit-title = 编辑连接
kind-tdmq = 腾讯云 TDMQ
kind-aliyun = 阿里云
kind-sandbox = 沙箱
connection-name = 名称
connection-endpoint = HTTP 接入点
connection-endpoint-where = 控制台中的 HTTP 接入地址，不是 TCP 接入地址
connection-topic = 默认主题
connection-group = 默认消费组
connection-proxy = HTTP 代理（可选）
connection-ca = CA 证书文件（可选）
connection-password-not-kept = URL 中的密码不会写入磁盘，仅保留到 mqscope 退出
connection-lock = 只读：禁止发布和确认
connection-not-saved = 未保存：{ $why }
keys-ak-tdmq = Access Key（AK）：角色的密钥
keys-sk-tdmq = Secret Key（SK）：角色的名称
keys-ak-aliyun = AccessKey ID
keys-sk-aliyun = AccessKey Secret
keys-ak-sandbox = Access Key：默认 sandbox
keys-sk-sandbox = Secret Key：默认 sandbox-secret
keys-token = STS Token（可选）
keys-where = 仅保存在系统密钥环中，不会写入其他位置
keys-in-keyring = 密钥已保存在系统密钥环中；留空则保持不变
keys-session-only = 没有可用的密钥环，密钥仅保留到 mqscope 退出：{ $why }
keys-unreadable = 无法读取密钥环：{ $why }
color-green = 绿色
color-blue = 蓝色
color-amber = 琥珀色
color-red = 红色
color-purple = 紫色
color-grey = 灰色
save = 保存
cancel = 取消
delete = 删除…
delete-sure = 确认删除连接及密钥

## 发布

publish-title = 发布
publish-button = 发布
publish-pending = 发布中…
publish-more = 分区键…
published = ✓ 已发布 { $id }，耗时 { $ms } ms
deliver-title = 投递
deliver-now = 立即
deliver-after = 延迟…
deliver-at = 定时…
deliver-after-name = 延迟时间
deliver-at-name = 投递时间
properties-title = 属性
properties-none = 无
property-key = 属性 { $n } 的键
property-value = 属性 { $n } 的值
property-remove = 删除属性 { $n }
property-add = + 添加属性
body-format = 格式化
body-json = ✓ JSON 有效 · { $size } · 所有 SDK 均可读取
body-text = ✓ 文本 · { $size } · 所有 SDK 均可读取

## 字段问题

problem-name-empty = 请填写{ $what }
problem-name-long = { $what }有 { $len } 个字符，最多允许 { $max } 个
problem-name-character = { $what }不能包含 { $found }，请使用字母、数字、- _ 和 %
problem-body-empty = 请填写消息体
problem-body-large = 消息体为 { $bytes } 字节，最多允许 { $max } 字节
problem-not-xml = 第 { $at } 个字符为 { $code }，XML 无法承载；请编码后发送，例如 base64
problem-tag-long = 标签有 { $len } 个字符，最多允许 { $max } 个
problem-tag-bars = 含有两条竖线的标签无法被过滤匹配
problem-blank-ends = 首尾含有空格
problem-forbidden = 不能包含 { $found }；此处不允许 " ' & < > : 和竖线
problem-property-no-key = 请填写该属性的键
problem-property-reserved = 该键由协议保留，请使用对应的字段
problem-property-twice = 与上方的键重复，读取方只能看到其中一个
problem-delay = 请填写延迟时间，例如 10s、5m 或 1h 30m
problem-delay-long = 此处最多允许延迟 { $days } 天
problem-delay-past = 该时间已过，消息会立即投递
problem-time = 请填写时间，例如 2026-12-01 15:04 或 2026-12-01T15:04:00+08:00
problem-ordered = 该服务端的 HTTP 协议不支持顺序消息
problem-half = 该服务端的 HTTP 协议不支持半消息
problem-check = 首次回查时间 { $secs } 秒不在 10 至 300 秒之间
problem-connection-name = 请填写连接名称
problem-endpoint = 请填写 http://主机:端口
problem-endpoint-scheme = 接入点须以 http:// 或 https:// 开头
problem-endpoint-keys = 请去掉用户名和密码，密钥有单独的输入框
problem-endpoint-path = 请去掉主机和端口之后的内容
problem-instance = 实例 ID 不能包含空格
problem-half-keys = 请同时填写 AK 和 SK（如有 Token 一并填写）；全部留空则保持已保存的密钥
keys-missing = 尚无密钥；填写后仅保存在系统密钥环中
delivery-likely = { $at } 很可能已确认：第一次的响应丢失
notice-keys-left = 连接已删除，但其密钥可能仍在密钥环中
notice-keys-left-next = 请使用密钥环工具删除 mqscope 条目
notice-not-published-next = 消息未发布，表单内容保留

## 消费视图

view-title = 消费 { $topic } · { $group }
view-new = 新建消费视图
view-close = 关闭此视图
view-close-sure = 仍持有 { $n } 条，确认关闭
connection-busy = 有消费视图正在使用该连接
connection-busy-next = 请停止该视图，并确认其消息或等待消息返回
view-start = 开始
view-stop = 停止
view-stopping = 停止中…
view-stopping-why = 等待当前长轮询结束，以免消息被取走却看不到
ack-selected = 确认所选（{ $n }）
banner-consumes = 查看即消费：这些消息由 { $group } 持有，直到确认或重新可见
banner-held = 持有 { $n } 条
banner-held-until = 持有 { $n } 条，最早 { $left } 后返回
banner-retry = { $left } 后重试
empty-stopped = 未在消费
empty-stopped-next = 在上方填写主题和消费组，然后点击“开始”
empty-waiting = 等待消息
empty-waiting-next = 发布一条消息，或将 SDK 指向该接入点
empty-failing = 无法消费
empty-failing-next = 会自动重试；处理方法见上方提示
column-returns = 返回倒计时
column-id = 消息 ID
column-tag = 标签
column-key = Key
column-times = 次数
column-age = 时长
column-body = 消息体
column-ack = 确认
select-all = 全选
select-row = 选择 { $id }
state-acking = 确认中…
state-acked = 已确认
state-returned = 已返回
state-refused = 确认被拒
state-unknown-lease = 返回时间未知
ack = 确认
ack-row = 确认 { $id }
ack-too-late = 已过期：消息已重新可见，该句柄无法再确认。消息会带着新句柄再次投递
ack-refused = 服务端拒绝了该句柄，原因见详情

## 详情

details-empty = 点击一条消息，查看消息体、投递记录和属性
details-deliveries = 投递记录
details-message = 消息
details-damaged = 该消息在传输中损坏：{ $why }
details-raw = 原始 XML
delivery-title = 第 { $n } 次投递
delivery-title-unknown = 投递
delivery-consumed = { $at } 已消费
delivery-acked = { $at } 已确认
delivery-acking = 确认中…
delivery-refused = 确认被拒：{ $code }
delivery-refused-next = 请在倒计时结束前，使用最新一次投递的句柄确认
delivery-returned = { $at } 未确认返回
delivery-held = 持有至 { $at }
delivery-superseded = 已被新的投递取代
delivery-unknown = 返回时间不可读
look-json = JSON
look-text = 文本
look-not-json = 不是 JSON，按原样显示
md5-good = ✓ MD5
md5-bad = ⚠ MD5 不一致
copy-body = 复制消息体
copy-id = 复制 ID
body-cut = 前 { $shown }，共 { $all }
body-show-all = 显示全部
fact-id = ID
fact-published = 发布时间
fact-first = 首次消费
fact-times = 消费次数
fact-tag = 标签
fact-md5 = MD5

## 通知

notices-title = 通知
notices-count = 通知 { $n }
notices-none = 暂无通知
notices-clear = 清空
notice-config-damaged = 无法读取设置，原文件已保留为 { $path }
notice-config-unreadable = 无法读取 { $path } 中的设置
notice-config-damaged-next = mqscope 将不带连接启动；请修复文件后重新启动，或重新添加连接
notice-config-not-written = 无法写入设置
notice-config-not-written-next = 请检查设置目录的空间和权限；修改在 mqscope 退出前有效
notice-port-taken = 其他程序占用了 { $wished }，沙箱改用 { $addr }
notice-port-taken-next = 请将 SDK 指向新地址，或结束占用端口的程序后重新启动 mqscope
notice-sandbox-in-memory = 沙箱的数据文件无法使用，消息仅保留到 mqscope 退出
notice-sandbox-in-memory-next = 请按详情处理后重新启动 mqscope
notice-sandbox-failed = 沙箱未运行
notice-sandbox-failed-next = 其他连接不受影响；重新启动 mqscope 可再次尝试
notice-damaged = 收到 { $count } 条损坏的消息
notice-damaged-next = 它们已列在表中；句柄可读时仍可确认
notice-no-keyring = 此系统没有可用的密钥环，密钥仅保留到 mqscope 退出
notice-no-keyring-next = 请安装并解锁密钥环（gnome-keyring、KWallet），然后重新保存连接
notice-read-only = 该连接为只读
notice-read-only-next = 如需发布或确认，请在连接设置中解除只读

## 错误及处理

trouble-connect = 无法连接 { $endpoint }
trouble-connect-next = 请检查主机和端口：是否为 HTTP 接入点而非 TCP 接入点，是否需要代理
trouble-tls = 与 { $endpoint } 的 TLS 连接失败
trouble-tls-next = 请在连接中添加该服务端的 CA 证书
trouble-timeout = { $endpoint } 响应超时
trouble-timeout-next = 请检查网络后重试
trouble-interrupted = 与 { $endpoint } 的连接中断
trouble-interrupted-next = 请重试
trouble-unknown-outcome-next = 消息可能已保存：重新发布前请先确认
trouble-protocol = { $endpoint } 不是 RocketMQ HTTP 协议
trouble-protocol-next = 请使用控制台中的 HTTP 接入点；TCP 接入点和网页地址不可用
trouble-damaged = 无法读取 { $endpoint } 的响应
trouble-damaged-next = 请重试；如仍出现，可能有中间设备改动了响应
trouble-settings = 连接设置有误
trouble-settings-next = 请打开连接设置进行修改
trouble-no-keys = 该连接没有密钥
trouble-no-keys-next = 请打开连接设置，填写 Access Key 和 Secret Key
trouble-keyring = 无法读取密钥环
trouble-keyring-next = 请解锁密钥环，或在连接设置中填写密钥
trouble-sandbox-down = 沙箱未运行
trouble-sandbox-down-next = 请重新启动 mqscope，或选择其他连接
trouble-busy = mqscope 正忙，无法处理
trouble-busy-next = 请稍候再试
fault-signature = 签名不匹配
fault-signature-next = 请检查 AK 与 SK 是否填反、首尾是否有空格，以及系统时间是否正确
fault-access-key = Access Key 不存在
fault-access-key-next = 请检查 Access Key 及其所属实例；TDMQ 中为角色的密钥
fault-denied = 该密钥没有权限
fault-denied-next = 请在控制台为角色授予该主题和消费组的权限；消费组只能用于 HTTP 或 TCP 之一
fault-topic = 主题不存在
fault-topic-next = 请在控制台创建主题，或检查主题名称和实例 ID
fault-clock = 时钟相差过大
fault-clock-next = 请校准本机时间：与服务端相差超过 15 分钟
fault-handle = 不是有效的句柄
fault-handle-next = 请使用消费返回的句柄，不要修改
fault-qps = 请求过于频繁
fault-qps-next = 请降低频率，或在控制台提高限额
fault-late-ack = 确认过晚
fault-late-ack-next = 消息会带着新句柄再次投递，请在倒计时结束前确认
fault-argument = 服务端拒绝了请求中的某个值
fault-argument-next = 详情中指出了具体的值
fault-server = 服务端出错
fault-server-next = 请重试；如仍出现，请将请求 ID 提供给厂商
fault-other = 服务端拒绝了请求
fault-other-next = 详情为服务端返回的原文

## 状态栏

status-sandbox-starting = 沙箱启动中
status-sandbox-running = 沙箱 http://{ $addr }
status-sandbox-failed = 沙箱未运行
status-counts = 接收 { $received } · 确认 { $acked }
status-evicted = 为节省内存已移除 { $n } 条旧消息
