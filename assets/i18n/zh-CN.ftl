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
field-kind = 消费方式
field-connection = 连接
kind-plain = 普通
kind-ordered = 顺序
kind-half-check = 半消息回查

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
keys-admin = 管理令牌（可选）
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
notice-sandbox-time = 沙箱的时间仍处于调整后的状态
notice-sandbox-time-next = 打开沙箱可恢复为真实时间
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
trouble-admin-token = 沙箱的管理令牌缺失或不正确
trouble-admin-token-next = 请在连接设置中重新填写密钥，并粘贴沙箱启动时使用的令牌
trouble-admin-off = { $endpoint } 的沙箱启动时未设置管理令牌
trouble-admin-off-next = 请设置 MQSCOPE_SANDBOX_ADMIN_TOKEN 后重新启动沙箱
trouble-admin-gone = 操作的对象已不存在
trouble-admin-gone-next = 请查看最新计数后重新选择
trouble-admin-none = { $endpoint } 没有管理 API
trouble-admin-none-next = 仅 mqscope 沙箱提供管理 API，请检查接入点
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

## 沙箱控制台

control-title = 沙箱
control-open = 查看沙箱内部
control-looking = 正在查看沙箱…
control-statistics = 发布 { $published } · 投递 { $delivered } · 重投 { $redelivered } · 确认 { $acked } · 死信 { $dead } · 拒绝 { $refused } · 等待中的长轮询 { $parked }
control-no-topics = 暂无主题，首次发布或消费时自动创建
control-topics = 主题与消费组
control-messages = 消息数
control-messages-why = 保留的消息，含已确认
control-ready = 可消费
control-ready-why = 该消费组可取到的消息
control-invisible = 不可见
control-invisible-why = 该消费组的消费者持有的消息
control-delayed = 定时
control-delayed-why = 尚未到投递时间的消息
control-half = 半消息
control-half-why = 既未提交也未回滚的半消息
control-dead = 死信
control-dead-why = 消费组死信主题中的消息
control-actions = { $place } 的操作
control-peek = 查看但不消费
control-peek-topic = 查看 { $topic }
control-peek-group = 以 { $group } 查看 { $topic }
control-consume = 打开消费视图
control-purge = 清空…
control-delete-topic = 删除主题…
control-delete-group = 删除消费组…
control-reset-group = 重置…
control-resend = 重新投递
control-resend-row = 重新投递 { $id }
control-resend-all = 全部重新投递
control-expire = 立即返回
control-expire-row = 立即返回 { $id }
control-purged = { $topic } 已清空
control-resent = 已重新投递 { $n } 条
control-reset = { $group } 已重置
control-deleted = 已删除 { $name }
control-expired = 已返回消费组
control-clock-moved = 时间已调整
control-faults-changed = 故障规则已更改
control-peek-none = 查看但不消费
control-peek-none-next = 选择一个主题，或选择消费组查看其持有的消息
control-peek-empty = 没有消息
control-peek-title-group = { $topic }（{ $group } 视角）
control-peek-close = 关闭消息列表
control-peek-more = 更多
column-state = 状态
peek-ready = 可消费
peek-invisible = 不可见
peek-acked = 已完成
peek-delayed = 定时
peek-half = 半消息
control-time = 时间
control-frozen = 已冻结
control-real-time = 真实时间
control-ahead = 快 { $by }
control-behind = 慢 { $by }
control-minute = +1 分钟
control-5-minutes = +5 分钟
control-hour = +1 小时
control-by = 时长
control-advance = 快进
control-freeze = 冻结
control-resume = 恢复
control-back = 回到真实时间
control-length = 请填写时长，例如 30s、5m 或 1h 30m
control-faults = 故障注入
control-clear-faults = 清除
control-seed = 随机种子
control-seed-why = 种子与请求相同，故障也相同
control-operation = 操作
control-any-topic = 任意主题
control-fault-topic = 故障的主题
control-fault = 故障
control-pause = 停顿
control-often = 时机
control-next = 接下来
control-probability = 概率
control-how-often = 频率
control-spent = 已用尽
control-next-n = 接下来 { $n } 次
control-hits = 命中 { $n } 次
control-add-fault = 添加故障
control-remove-fault = 移除故障 { $id }
control-fault-wrong = 主题或停顿时长无法识别
fault-on-any = 任意请求
fault-on-publish = 发布时
fault-on-consume = 消费时
fault-on-ack = 确认时
fault-is-latency = 延迟
fault-is-stall = 长轮询停滞
fault-is-denied = 403 AccessDenied
fault-is-signature = 403 SignatureDoesNotMatch
fault-is-time = 408 TimeExpired
fault-is-500 = 500 InternalError
fault-is-503 = 503 InternalServerError
fault-is-503-text = 503 纯文本
fault-is-qps = QpsLimitExceeded
fault-is-drop-before = 断开连接，未执行
fault-is-drop-after = 断开连接，已执行
fault-is-truncated = XML 截断
fault-is-character = 非法字符
fault-is-partial = 部分确认，MessageNotExist
fault-is-partial-500 = 部分确认，InternalError
purge-title = 清空 { $topic }
purge-what = 将为所有消费组移除 { $n } 条消息，无法恢复
purge-yes = 清空
delete-title = 删除 { $name }
delete-topic-what = 其消息与消费组将一并删除，无法恢复
delete-topic-yes = 删除主题
delete-group-what = 消费进度将丢失，再次消费时视为新的消费组
delete-group-yes = 删除消费组
reset-title = 重置 { $group }
reset-what = 消费组将从该处重新消费，更早的消息视为已完成
reset-oldest = 最早
reset-latest = 最新
reset-time = 指定时间…
reset-since = 发布时间不早于
reset-yes = 重置

## 关闭窗口

quit-title = 还有 { $n } 条消息未确认
quit-what = 未确认的消息会自动回到消费组：最早 { $first } 后，最晚 { $last } 后。在此之前其他消费者收不到它们
quit-yes = 退出
quit-no = 留下
notice-workspace-not-written = 草稿和标签页未能保存，下次启动时无法恢复
notice-workspace-not-written-next = 请确认该目录可写；已输入的内容仍保留在本窗口中
notice-workspace-damaged = 无法读取上次的草稿和标签页，原文件已移至 { $path }
notice-workspace-damaged-next = 本次以全新窗口启动，连接和密钥不受影响

## 状态栏

status-sandbox-starting = 沙箱启动中
status-sandbox-running = 沙箱 http://{ $addr }
status-sandbox-failed = 沙箱未运行
status-counts = 接收 { $received } · 确认 { $acked }
status-evicted = 为节省内存已移除 { $n } 条旧消息
