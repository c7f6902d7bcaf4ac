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
connection-lock = 只读：禁止发布、确认和更改
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

## 草稿模板

templates = 模板
templates-search = 搜索模板
templates-loading = 正在读取模板…
templates-none = 还没有模板。为当前草稿起名并保存；斜杠表示文件夹
templates-not-found = 没有包含这些词的模板
templates-load = 载入 { $path }
templates-rename = 重命名或移动 { $path }
templates-delete = 删除 { $path }
templates-new-path = 新路径
templates-move = 移动
templates-save-as = 将草稿另存为
templates-save = 保存
templates-replace = 替换
templates-deleted = 已删除 { $path }
templates-undo-delete = 撤销删除
problem-template-empty = 请填写名称，例如 orders/paid
problem-template-control = 名称不能包含换行或制表符
problem-template-long = 最多允许 { $max } 个字符
problem-template-taken = 同名的模板或文件夹已存在
problem-template-gone = 该模板已不存在
notice-templates-damaged = 无法读取模板，原文件已保留为 { $path }
notice-templates-damaged-next = 修复该文件并改名为 templates.toml，或重新保存草稿
notice-templates-not-kept = 无法写入模板
notice-templates-not-kept-next = 请检查数据文件夹的空间和权限；更改仅保留到 mqscope 退出

## 草稿中的变量

variables = 变量
variables-why = 替换标签、Key、属性、分区键和消息体中双花括号里的变量；关闭时原样发送
variables-asleep = { $variable } 将原样发送；如需替换，请打开“变量”
variables-help = 全部变量
variables-copy = 复制 { $variable }
variables-number = 下一个序号
variable-uuid = 随机 UUID
variable-now = 当前时间（UTC）
variable-millis = 1970 年以来的毫秒数
variable-seconds = 1970 年以来的秒数
variable-format = 本地时间，自定义格式
variable-seq = 消息序号
variable-random = 两数之间的随机整数
variable-hex = 指定位数的十六进制数字
variable-text = 指定长度的字母和数字
variable-of = 随机取其中一个词
variable-env = 环境变量
variable-row = 文件中的列，仅限从文件发布
variable-escape = 普通的双花括号
preview = 预览
preview-next = 下一条消息
preview-then = 再下一条
preview-more = …还有 { $n } 个字符
problem-variable-unclosed = 位置 { $at }：花括号没有闭合；如需普通花括号，请在前面加反斜杠
problem-variable-empty = 位置 { $at }：请在花括号中填写变量名
problem-variable-unknown = 位置 { $at }：没有变量 { $name }；如需普通花括号，请在前面加反斜杠
problem-variable-unknown-like = 位置 { $at }：没有变量 { $name }，是否想写 { $like }
problem-variable-usage = 位置 { $at }：请写成 { $usage }
problem-variable-time = 位置 { $at }：时间格式无效：{ $why }
problem-variable-secret = 位置 { $at }：{ $name } 是 mqscope 的密钥，不能放入消息
problem-variable-environment = 位置 { $at }：没有环境变量 { $name }；请在启动 mqscope 之前设置
problem-variable-no-row = 位置 { $at }：只有从文件发布时才有列
problem-variable-column = 位置 { $at }：没有列 { $name }
problem-variable-column-like = 位置 { $at }：没有列 { $name }，是否想写 { $like }
problem-unfit = 这不是可以发送的消息

## 批量发布

outbox-repeat = 重复…
outbox-file = 从文件…
outbox-repeat-title = 重复发布
outbox-file-title = 从文件发布
outbox-once = 只发布一次
outbox-times = 次数
outbox-rate = 每秒条数
outbox-parallel = 并发数
outbox-unlimited = 尽可能快
outbox-stop-at-error = 遇到第一个错误时停止
outbox-unordered = 并发数大于 1，不保证顺序
outbox-publish-times = 发布 { $n } 次
outbox-file-label = JSONL 或 CSV 文件
outbox-file-kind = JSONL、CSV
outbox-lines-messages = 每行一条消息
outbox-lines-fill = 用每行填充表单
outbox-lines-messages-why = 每行提供 body、tag、key、properties、delay 或 deliver_at、sharding_key；主题使用上面的主题
outbox-lines-fill-why = 在上面的表单中用 {"{{row.column}}"} 引用列，并打开“变量”
outbox-from-line = 起始行
outbox-look = 检查文件
outbox-looking = 检查中…
outbox-publish-lines = 发布 { $n } 条消息
outbox-publish-from = 从第 { $line } 行开始发布
outbox-found-so-far = { $read } / { $size } · { $good } 条有效 · { $bad } 条无效
outbox-found = ✓ { $n } 条消息 · { $kind } · 消息体共 { $bytes }，最大 { $largest }
outbox-found-nothing = 文件中没有内容
outbox-bad-lines = { $n } 行不是消息，将被跳过
outbox-bad-line = 第 { $line } 行：{ $what }
outbox-bad-more = …还有 { $n } 行
outbox-unused = 未使用：{ $names }
outbox-first-line = 第一条消息
outbox-sure-times = 向 { $connection } 发布 { $n } 条消息
outbox-sure-file = 向 { $connection } 发布文件中的消息
outbox-sure-what = 这不是沙箱：消息将发往 { $endpoint } 的主题 { $topic }，其消费者都会收到
outbox-sure-yes = 确认发布
problem-file = 无法读取文件：{ $why }
problem-row-json = 第 { $at } 个字符处不是有效的 JSON：{ $why }
problem-row-object = 请写成花括号中的对象
problem-row-body = 没有 body
problem-row-text = { $name } 必须是文本或数字
problem-row-properties = properties 必须是值为文本的对象
problem-row-encoding = 不是 UTF-8 编码；请转换文件，例如使用 iconv
problem-row-long = 该行超过 { $mb } MB
problem-row-quote = 引号在 { $mb } MB 内没有闭合；请闭合或双写引号
problem-row-cells = 有 { $n } 个单元格，表头有 { $expected } 列
problem-row-header = 第一行必须是列名
problem-row-unreadable = 读取到此为止：{ $why }
run-bar = 进度
run-progress = { $done } / { $total }
run-count = 已发布 { $done } 条
run-rate = 每秒 { $rate } 条
run-in-flight = { $n } 条发送中
run-stop = 停止发布
run-stop-status = 停止批量发布
run-stopping-why = 等待发送中的消息返回，以便逐条计数
run-status = 正在发布到 { $connection } · { $progress }
run-done = ✓ 已发布 { $stored } 条，耗时 { $secs } 秒
run-done-partly = ⚠ 已发布 { $stored } / { $total } 条，耗时 { $secs } 秒
run-stopped = ■ 已停止：已发布 { $stored } / { $total } 条，耗时 { $secs } 秒
run-first-error = ⚠ 遇到第一个错误，已停止：已发布 { $stored } / { $total } 条
run-broken = ⚠ 无法继续：已发布 { $stored } / { $total } 条
run-dismiss = 关闭汇总
run-latency = p50 { $p50 } ms · p95 { $p95 } ms · 最大 { $max } ms
run-kind-failed = { $n } 条未发布：{ $what }
run-kind-unknown = { $n } 条结果未知：{ $what }
run-kind-unfit = { $n } 条未发送：{ $what }
run-samples-messages = 消息 { $numbers }
run-samples-lines = 行 { $numbers }
run-resume = 从第 { $line } 行继续…
notice-run-ended = 已发布 { $stored } 条消息；{ $failed } 条未发布，{ $unknown } 条结果未知
notice-run-ended-next = 发布表单中的汇总说明了原因

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

## 签名为什么不匹配

cause-missing-authorization = 请求没有 Authorization 头
cause-missing-authorization-fix = 发送请求头 Authorization: MQ {"{"}AccessKeyId{"}"}:{"{"}signature{"}"}
cause-authorization-scheme = Authorization 头以“{ $scheme }”开头，而本协议只认“MQ”
cause-authorization-scheme-fix = 在 AccessKeyId 前写大写的 MQ 和一个空格；厂商的其他服务用的是别的前缀
cause-authorization-form = Authorization 头不是 MQ {"{"}AccessKeyId{"}"}:{"{"}signature{"}"} 的格式，或者其中的内容不是签名
cause-authorization-form-fix = 依次写 MQ、一个空格、AccessKeyId、半角冒号和 base64 签名，不要有多余的空格或引号
cause-missing-date = 请求没有 Date 头
cause-missing-date-fix = 发送 Date，例如 Sun, 22 Nov 2026 10:14:07 GMT，并用同样的文本签名
cause-invalid-date = Date 头“{ $sent }”不是 HTTP 的日期格式
cause-invalid-date-fix = 用英文和 GMT 时间书写，例如 Sun, 22 Nov 2026 10:14:07 GMT，与系统语言无关
cause-local-time-as-gmt = Date { $direction ->
    [ahead] 快了
   *[behind] 慢了
} { $hours } 小时：看起来是把本地时间标成了 GMT
cause-local-time-as-gmt-fix = 先把时间换算成 UTC 再格式化：末尾写 GMT 并不会换算
cause-clock = Date 比服务端时间{ $direction ->
    [ahead] 快
   *[behind] 慢
} { $minutes } 分钟，最多允许相差 15 分钟
cause-clock-fix = 校准签名机器的时钟（NTP），并为每个请求和每次重试重新生成 Date
cause-swapped-keys = AK 和 SK 写反了：SK 被当作 AccessKeyId 发送，而签名用的是 AK
cause-swapped-keys-fix = 对调这两个配置。腾讯云 TDMQ 的 AK 是角色的密钥，SK 是角色的名称。SK 已明文发出，应当更换
cause-secret-sent-as-access-key = SK 被当作 AccessKeyId 发送，同时也用于签名
cause-secret-sent-as-access-key-fix = AccessKeyId 处应填 AK；SK 已明文发出，应当更换
cause-white-space-in-access-key = AccessKeyId 中有看不见的字符：{ $what }
cause-white-space-in-access-key-fix = 读取 AK 时去掉首尾空白；它可能是粘贴来的，或从文件读取时带上了换行
cause-white-space-in-secret = 签名用的 SK { $place ->
    [start] 前面带有看不见的字符（{ $what }）
    [end] 后面带有看不见的字符（{ $what }）
    [both] 前后带有看不见的字符（{ $what }）
   *[missing] 没有此处所给 SK 中的空白
}
cause-white-space-in-secret-fix = 读取 SK 时去掉首尾空白：文件和环境变量常以换行结尾，粘贴的文本常带空格
cause-quoted-secret = 引号或括号成了 SK 的一部分
cause-quoted-secret-fix = 在配置处去掉它们：并非所有格式（.env、.properties、docker --env-file）都会去掉引号
cause-empty-secret = 签名时 SK 是空的
cause-empty-secret-fix = 检查 SK 的配置项或环境变量是否存在、名称是否正确
cause-access-key-as-secret = 签名用的是 AK 而不是 SK
cause-access-key-as-secret-fix = 用 SK 签名
cause-token-as-secret = 签名用的是 STS token 而不是 SK
cause-token-as-secret-fix = 用临时 SK 签名，token 放在 security-token 头中发送
cause-ampersand-secret = 签名时 SK 后面加了“&”，那是阿里云 RPC API 的做法
cause-ampersand-secret-fix = 只用 SK 本身签名
cause-secret-encoding = SK 在签名前被解码、编码或改了大小写
cause-secret-encoding-fix = 按控制台显示的原样使用 SK
cause-hmac-arguments = HMAC 的密钥和消息参数写反了
cause-hmac-arguments-fix = SK 是 HMAC 的密钥，待签名字符串是消息：检查参数顺序
cause-sha256 = 签名用的是 SHA-256，而本协议用 SHA-1
cause-sha256-fix = 改用 HMAC-SHA1
cause-hex-signature = 签名写成了十六进制
cause-hex-signature-fix = 对 HMAC 的 20 个原始字节做 base64 编码：多数库默认输出十六进制
cause-url-encoded-signature = 签名被 URL 编码了
cause-url-encoded-signature-fix = 请求头中直接写 base64 文本：%2B 应为“+”，%3D 应为“=”
cause-base64-variant = 签名用了另一种 base64：URL 字母表，或末尾缺少“=”
cause-base64-variant-fix = 使用带填充的标准 base64
cause-node-quote = Node SDK 对单引号（'）签名，却发送 %27，因此含单引号的标签永远不匹配
cause-node-quote-fix = 换用不含单引号的标签，或修改 SDK，在签名前先编码
cause-node-slashes = 接入点末尾有斜杠：此时 Node SDK 发送 //topics，却对 ///topics 签名
cause-node-slashes-fix = 去掉接入点末尾的斜杠
cause-content-type-not-signed = 发送了 Content-Type“{ $sent }”，但签名时没有
cause-content-type-not-signed-fix = 把实际发送的 Content-Type 原样写入第三行；它可能是 HTTP 库自动加上的
cause-content-type-not-sent = 对 Content-Type“{ $signed }”签了名，但没有发送
cause-content-type-not-sent-fix = 把它发出去，或让那一行为空：没有请求体时，有些库会丢掉这个头
cause-content-type-spelling = 签名时 Content-Type 为“{ $signed }”，发送时为“{ $sent }”：大小写、空格和引号都算数
cause-content-type-spelling-fix = 对实际发送的文本签名；自行设置该头，避免库或代理改写
cause-content-type-changed = 签名时 Content-Type 为“{ $signed }”，发送时为“{ $sent }”
cause-content-type-changed-fix = 发送 text/xml 并对实际发送的文本签名：库、代理和 curl -d 会填入自己的类型
cause-content-md5-not-signed = 发送了 Content-MD5，但签名时没有
cause-content-md5-not-signed-fix = 把实际发送的 Content-MD5 写入第二行
cause-content-md5-not-sent = 对 Content-MD5 签了名，但没有发送
cause-content-md5-not-sent-fix = 发送该头，或让第二行为空
cause-content-md5-form = Content-MD5 的摘要正确但写法不同：签名时为“{ $signed }”，发送时为“{ $sent }”
cause-content-md5-form-fix = 两处用同一种写法：像官方 SDK 那样，对小写十六进制摘要做 base64
cause-body-changed = Content-MD5 与请求体不符：计算摘要之后请求体又变了
cause-body-changed-fix = 对实际发送的字节计算摘要：换行、编码和 BOM 都算数。若请求体是粘贴到这里的，也可能在途中变了
cause-query-order = 签名时查询参数的顺序与发送时不同
cause-query-order-fix = 按请求行上的原样对查询串签名：本协议不排序
cause-query-encoding = 签名时查询串为“{ $signed }”，发送时为“{ $sent }”
cause-query-encoding-fix = 先编码，再对实际发送的内容签名：在这里 + 与 %20、原字符与转义不等同
cause-escape-case = 签名时转义的大小写不同：在这里 %2f 不等于 %2F
cause-escape-case-fix = 对实际发送的转义签名；RFC 3986 推荐大写
cause-empty-parameter = 没有值的参数只出现在一边：签名为“{ $signed }”，发送为“{ $sent }”
cause-empty-parameter-fix = 两边都去掉空参数
cause-query-not-signed = 只对路径签了名，没有包含查询串
cause-query-not-signed-fix = 最后一行应是路径加查询串，与请求行一致
cause-instance-not-signed = 实例（ns）发送了，但没有参与签名
cause-instance-not-signed-fix = 签名前先把实例加入查询串
cause-parameter-not-signed = 有参数发送了但没有参与签名：签名为“{ $signed }”，发送为“{ $sent }”
cause-parameter-not-signed-fix = 先拼好完整的查询串，再签名
cause-path-prefix = /topics 前面的部分不一致：签名为“{ $signed }”，发送为“{ $sent }”
cause-path-prefix-fix = 接入点不要带路径。网关增删路径会使签名全部失效；各 SDK 中只有 Java 会对接入点里的路径签名
cause-full-url = 对包含主机名的整个 URL 签了名
cause-full-url-fix = 只对路径和查询串签名
cause-trailing-slash = 路径末尾的斜杠只出现在一边：签名为“{ $signed }”，发送为“{ $sent }”
cause-trailing-slash-fix = 路径以 /messages 结尾，后面没有斜杠
cause-leading-slash = 路径开头的斜杠不一致：签名为“{ $signed }”，发送为“{ $sent }”
cause-leading-slash-fix = 去掉接入点末尾的斜杠，签名时 topics 前只有一个斜杠
cause-path-encoding = 签名时路径的编码不同：签名为“{ $signed }”，发送为“{ $sent }”
cause-path-encoding-fix = 按请求行上的原样对路径签名
cause-header-casing = x-mq- 头签名时写成了“{ $signed }”，不是小写
cause-header-casing-fix = 待签名字符串中的头名一律小写，与发送时的写法无关
cause-header-order = x-mq- 头签名时没有按名称排序：“{ $signed }”
cause-header-order-fix = 按小写名称排序
cause-header-blank = 签名时 x-mq- 头的冒号后多了空格
cause-header-blank-fix = 待签名字符串中写 name:value，中间没有空格
cause-mq-header-not-signed = 发送了 x-mq- 头“{ $sent }”，但只对“{ $signed }”签了名
cause-mq-header-not-signed-fix = 每个以 x-mq- 开头的头都要在待签名字符串中占一行
cause-version-not-sent = 请求缺少 x-mq-version，而它应参与签名
cause-version-not-sent-fix = 发送 x-mq-version: 2015-06-06
cause-security-token-signed = STS token 参与了签名
cause-security-token-signed-fix = security-token 头只发送，不参与签名
cause-method-case = 签名时方法写成了“{ $signed }”
cause-method-case-fix = 待签名字符串中的方法要大写
cause-other-method = 签名时方法为“{ $signed }”，发送时为“{ $sent }”
cause-other-method-fix = 对请求实际的方法签名：发布用 POST，消费用 GET，确认用 DELETE
cause-line-ends = 待签名字符串的行尾不是单个 LF
cause-line-ends-fix = 用 \n 连接各行；println 和 Windows 文件会写成 \r\n
cause-literal-newlines = 待签名字符串中是反斜杠加字母 n，而不是换行
cause-literal-newlines-fix = 使用真正的换行：单引号中（shell、PHP）\n 是两个字符；用 printf 或 $'…'
cause-empty-lines = 待签名字符串少了或多了一行
cause-empty-lines-fix = 缺少的头要留空行；资源在最后，后面没有换行。echo 会多加一个换行，请用 printf
cause-field-order = 待签名字符串各行的顺序不对
cause-field-order-fix = 顺序是：方法、Content-MD5、Content-Type、Date、x-mq- 头、资源
cause-date-form = 签名时日期为“{ $signed }”，发送时为“{ $sent }”
cause-date-form-fix = 对 Date 头的原文签名
cause-date-changed = 签名之后 Date 又被改写：签名为“{ $signed }”，发送为“{ $sent }”
cause-date-changed-fix = 时间只取一次，每次重试都重新签名；不要让库或代理设置 Date
cause-changed-on-the-way = 服务端看到的请求与此处给出的不同；第一处差异在{ $part ->
    [method] 方法
    [content_md5] Content-MD5
    [content_type] Content-Type
    [date] Date
    [headers] x-mq- 头
   *[resource] 路径和查询串
}
cause-changed-on-the-way-fix = 检查签名之后到服务端之间，是否有代理、网关或库改写了这一部分
cause-other-access-key = 请求中的 AK 与此处给出的不是同一个
cause-other-access-key-fix = 核对成对的密钥，并检查发送方读取的是哪份配置
cause-server-has-other-secret = 签名与此处给出的 SK 相符，但服务端拒绝了：服务端上该 AK 对应的是另一个 SK
cause-server-has-other-secret-fix = 从控制台重新复制 SK；确认它属于这个 AK、地域和实例，且未被停用
cause-wrong-secret = { $tried ->
    [yes] 很可能签名用的是另一个 SK：用此处给出的 SK，任何已知错误（或两个错误同时）都得不到这个签名
   *[no] 签名用的 SK 与服务端的不是同一个
}
cause-wrong-secret-fix = 从控制台重新复制 SK，发送方和这里都要更新。如果 SK 无误，请把待签名字符串与发送方实际签名的内容比较

## 签名调试器

explain-good = 签名正确
explain-refused = 服务端会拒绝这个请求：{ $code }
explain-unknown = 没有 SK 无法验证签名；除此之外没有发现确定的问题
explain-read-as = 识别为
explain-sent-by = 由官方 { $sdk } SDK 发送
explain-string = 待签名字符串
explain-ours = 按实际发送的请求
explain-theirs = 实际签名的内容
explain-theirs-same = 与实际签名的内容一致
explain-theirs-unknown = 无法得知实际签名的内容
explain-server = 服务端给出的
explain-causes = 原因，最可能的在前
explain-proven = 已证实
explain-likely = 很可能
explain-possible = 有可能
explain-together = 需同时存在
explain-fix = 怎么办
explain-sdks = 官方 SDK 对这个调用的签名方式
explain-sdk-target = 发送
explain-old = Date 距今 { $age }；以它自己的时间为准则无误。要按其他时间判断，请用 --at
explain-no-keys = 没有给出 SK：请设置 MQSCOPE_ACCESS_KEY 和 MQSCOPE_SECRET_KEY，或使用 --profile

## 消费视图

view-title-half = 回查 { $topic } · { $group }
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

## 批量确认与自动确认

acking-progress = 正在确认 { $done }／{ $total }
acking-ended = 已确认 { $acked }／{ $total }
acking-failed = { $n } 条失败
acking-show-failed = 查看失败的
acking-stopped = 已停止：其余 { $n } 条仍为选中状态
acking-gave-up = 有请求未送达，已停止：其余 { $n } 条仍为选中状态
acking-left-out = { $n } 条已跳过：轮到之前已返回或被取消选择
acking-stop = 停止确认
acking-stop-why = 已发出的请求会完成，其余消息保持选中，状态不变
acking-dismiss = 关闭此提示
acking-busy = 正在确认所选消息
acking-busy-next = 请等待完成，或先停止
auto-ack = 自动确认
auto-ack-why = 可读的消息一到达就确认，该消费组不会再收到。重启后自动关闭
auto-ack-locked = 该连接为只读，不会确认任何消息
banner-auto-ack = 自动确认已开启：消息到达即确认，{ $group } 不会再收到

## 投递的结果与相似消息

ending-failed = 确认失败
ending-likely = 可能已确认
ending-superseded = 已被取代
ending-superseded-why = { $at } 租约未到期就再次投递：有人提前返回了它或重置了消费组。只有最新一次投递可以确认
ending-late = 确认过晚
ending-late-why = { $at } 被拒：租约已到期。消息会自动再次投递，请在倒计时结束前确认新的那次
ending-elsewhere = 他处已确认
ending-elsewhere-why = { $at } 被拒，当时还剩 { $left }：很可能已被其他程序确认，或消费组被重置。此处无需再处理
ending-unclear = 过晚或他处确认
ending-unclear-why = { $at } 被拒，恰在租约到期之际：可能过晚，也可能已被其他程序确认。若消息再次投递，则为过晚
ending-refused-again = 暂时被拒：{ $code } · 请再次确认
ack-wait = 等待
delivery-lease = 至 { $at }
delivery-no-handle = 句柄不可读
delivery-copy-handle = 复制第 { $n } 次投递的句柄
deliveries-elsewhere = 共 { $all } 次投递，其中 { $here } 次到达此处；其余由其他消费者取走，或早于此视图
deliveries-counts = { $here } 次投递，{ $expired } 次未确认即结束
deliveries-strip = { $n } 次投递，{ $from } 至 { $to }
alike-double = 重复发布
alike-double-why = 短时间内发布了两次，内容完全相同：可能是生产者重试，或点击了两次
alike-key = 同 Key
alike-key-why = 另一条消息的 Key 相同：可能是更新，或需要注意顺序
alike-body = 同消息体
alike-body-why = 另一条消息的消息体相同，但 Key、标签或属性不同，或相隔较久
alike-show-face = 查看
alike-show = 查看 { $id }
apart-millis = { $n } 毫秒
apart-before = 晚 { $by }发布
apart-after = 早 { $by }发布

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
delivery-refused = 确认被拒：{ $code }。请等消息再次投递后确认新的那次
delivery-returned = { $at } 未确认返回
delivery-held = 持有至 { $at }
delivery-unknown = 返回时间不可读
look-json = JSON
look-text = 文本
md5-good = ✓ MD5
md5-bad = ⚠ MD5 不一致
copy-body = 复制消息体
copy-id = 复制 ID
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
notice-read-only-next = 如需发布、确认或更改，请在连接设置中解除只读

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

## 诊断：每一项检查、看到了什么、该怎么做

doctor-name = 域名
doctor-tcp = TCP
doctor-tls = TLS
doctor-http = HTTP
doctor-protocol = 协议
doctor-clock = 时钟
doctor-signature = 签名
doctor-topic = 主题
doctor-group = 消费组
doctor-not-reached = 前面的检查未通过，此项未检查

doctor-name-address = { $address } 是 IP 地址，无需解析
doctor-name-good = { $host } 解析为 { $addresses }
doctor-name-proxy = 代理 { $host } 解析为 { $addresses }
doctor-name-unknown = 无法解析主机名 { $host }
doctor-name-unknown-next = 请检查拼写；内网地址只能在对应的网络中解析

doctor-tcp-good = { $address } 在 { $ms } 毫秒内建立连接
doctor-tcp-proxy = 代理 { $address } 在 { $ms } 毫秒内建立连接
doctor-tcp-refused = { $address } 没有服务在监听
doctor-tcp-refused-next = 请检查端口：应为 HTTP 接入点的端口
doctor-tcp-refused-local-next = 沙箱在运行吗？端口是否正确？
doctor-tcp-silent = { $address } 没有响应
doctor-tcp-silent-next = 可能被防火墙拦截或网络不通；VPC 接入点只能在该 VPC 内访问
doctor-tcp-failed = 无法连接 { $address }

doctor-tls-none = 未使用，接入点以 http:// 开头
doctor-tls-trusted = 连接可信
doctor-tls-good = { $version }，证书适用于 { $names }，由 { $issuer } 签发，有效期至 { $until }，服务端发送证书 { $chain } 张
doctor-tls-soon-next = 请尽快更新服务端证书
doctor-tls-expired = 证书已于 { $until } 过期；适用于 { $names }，由 { $issuer } 签发
doctor-tls-expired-next = 请更新服务端证书
doctor-tls-early = 证书自 { $from } 起才生效；适用于 { $names }，由 { $issuer } 签发
doctor-tls-early-next = 请检查本机时钟
doctor-tls-name = 证书适用于 { $names }，而不是 { $host }
doctor-tls-name-next = 请使用证书所对应的主机名
doctor-tls-untrusted = 本机不信任 { $names } 的证书签发者 { $issuer }
doctor-tls-untrusted-next = 如果服务端使用私有 CA，请在连接中添加其 CA 文件
doctor-tls-other-ca-next = 连接中的 CA 文件不是该服务端证书的 CA
doctor-tls-failed = 无法建立 TLS 连接
doctor-tls-failed-next = 如果服务端未启用 TLS，请改用 http://

doctor-http-good = 以 HTTP 响应，状态码 { $status }
doctor-http-closed = 能建立连接，但收到 HTTP 请求后立即断开
doctor-http-closed-next = RocketMQ 的 TCP 端口正是如此：请使用集群的 HTTP 接入点，控制台中两者都有
doctor-http-other = 有响应，但不是 HTTP
doctor-http-other-next = 请检查端口：应为 HTTP 接入点的端口；如果服务端要求 TLS，请改用 https://
doctor-http-silent = 能建立连接，但没有任何响应
doctor-http-silent-next = 请确认这是 HTTP 接入点，而不是 TCP 接入点
doctor-http-failed = 请求无法发出

doctor-protocol-good = 未签名的请求被拒绝（{ $code }），与消息服务的行为一致（请求 ID { $id }）
doctor-protocol-open = 未签名的请求也得到了响应
doctor-protocol-open-next = 消息服务不会这样：这是测试服务器吗？
doctor-protocol-redirect = 重定向到 { $to }（HTTP { $status }）
doctor-protocol-redirect-next = 消息服务不会重定向；也许应把 http:// 改为 https://
doctor-protocol-page = HTTP { $status }，返回了网页“{ $title }”
doctor-protocol-page-next = 该地址上是别的服务，例如登录页或控制台：请检查主机和端口
doctor-protocol-proxy = 代理要求用户名和密码（HTTP { $status }）
doctor-protocol-proxy-next = 请把代理写成 http://user:password@host:port
doctor-protocol-gateway = HTTP { $status }，来自消息服务之前的网关：{ $start }
doctor-protocol-gateway-next = 网关或代理代替消息服务作了响应：消息服务是否正常？
doctor-protocol-other = HTTP { $status }，返回了其他内容：{ $start }

doctor-clock-good = 时钟一致
doctor-clock-behind = 本机比服务端慢 { $secs } 秒
doctor-clock-ahead = 本机比服务端快 { $secs } 秒
doctor-clock-unknown = 服务端没有返回时间
doctor-clock-unknown-next = 如果请求因时间过期被拒绝，请检查本机时钟
doctor-clock-off-next = 请校准本机时钟，以免偏差达到 15 分钟；倒计时已按偏差修正
doctor-clock-bad-next = 请校准本机时钟：时间偏差超过 15 分钟的请求会被拒绝

doctor-signature-good = 两个密钥均正确
doctor-signature-wrong = AccessKey 存在，但签名不匹配
doctor-signature-wrong-next = 请检查 SecretKey，首尾不要有空格；TDMQ 中它是角色名称。用 mqscope explain 可以看出请求差在哪里
doctor-signature-unknown = AccessKey 不存在
doctor-signature-unknown-next = 请检查 AccessKey；TDMQ 中它是角色密钥。两个密钥是否填反了？
doctor-signature-late = 服务端认为请求的时间过早或过晚
doctor-signature-form = 服务端无法识别所发送的 Authorization 头
doctor-signature-busy = 服务端繁忙，未检查签名
doctor-signature-no-answer = 已签名的请求没有得到响应
doctor-signature-no-answer-next = 请重新诊断；如果仍然如此，请检查服务端或其前面的网关

doctor-topic-good = 主题 { $topic } 存在
doctor-topic-none = 主题 { $topic } 不存在
doctor-topic-none-next = 请检查主题和实例 ID，或在控制台创建该主题
doctor-topic-denied = 这组密钥或该消费组无权使用主题 { $topic }
doctor-topic-not-named = 未检查，没有指定主题
doctor-denied-next = 请检查密钥的权限，并确认消费组类型为 HTTP：一个消费组只能是 HTTP 或 TCP 之一

doctor-group-good = 未发现 { $group } 有问题；只有实际消费才能证实
doctor-group-denied = 这组密钥下 { $group } 无权消费
doctor-group-failed = { $group } 消费失败
doctor-group-not-named = 未检查，没有指定消费组
doctor-group-took = { $group } 可以消费：取得消息 { $id }，将于 { $at } 重新可见
doctor-group-empty = { $group } 可以消费；当前没有消息

## 连接诊断

checkup-title = 连接检查
checkup-button = 检查连接
checkup-hint = 依次检查域名、TCP、TLS、HTTP、协议、时钟、签名、主题和消费组；不会消费消息
checkup-consume = 同时消费一条消息
checkup-consume-hint = 只有实际消费才能证实消费组可用；该消息在不可见时间结束前不会再投递给该消费组
checkup-running = 正在检查…
checkup-good = 一切正常
checkup-attention = 可以使用，但请留意标出的项目
checkup-bad = 存在问题
verdict-good = 正常
verdict-attention = 请留意
verdict-bad = 异常
verdict-skipped = 未检查

## SDK 示例代码

code-publish-title = 发布这条消息的程序
code-consume-title = 与此视图消费方式相同的程序
code-keys = 程序运行时从 MQ_ACCESS_KEY 和 MQ_SECRET_KEY 读取密钥，代码中不含密钥
code-body-file = 消息体过长，不适合写入程序：请另存为程序旁的 { $file }
code-copy = 复制代码
close = 关闭
code-open = 生成代码…

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
control-seed-changed = 种子已改为 { $seed }，故障重新开始
control-faults-changed = 故障规则已更改
control-peek-none-next = 选择主题即可查看而不消费
control-peek-empty = 没有消息
control-peek-title-group = { $topic }（{ $group } 视角）
control-peek-close = 关闭消息列表
control-peek-more = 更多
control-peek-first = 前 { $n } 条
control-peek-all = 共 { $n } 条
statistics-title = 统计
statistics-topic = 统计范围
statistics-all = 全部主题
statistics-rates = 每秒消息数
statistics-held = 当前消息数
statistics-published = 发布
statistics-consumed = 消费
statistics-acked = 确认
statistics-redelivered = 重投
statistics-too-many = 主题过多，未单独统计该主题，其消息已计入全部主题
plot-summary = { $title }：{ $lines }；{ $minutes } 分钟内最高 { $most }
plot-empty = { $title }：暂无数据
plot-comma = ，
plot-per-second = { $n }/秒
plot-now = 现在
plot-minutes-ago = { $n } 分钟前
plot-seconds-ago = { $n } 秒前
plot-millis = { $n } 毫秒

## Plots of what came and went

plots-title = 图表
plots-open = 查看图表
plots-all = 全部
plots-all-name = 全部连接和视图
plots-connection = 当前连接
plots-view = 当前视图
plots-hold = ⏸ 定格
plots-resume = ▶ 继续
plots-held = 定格于 { $time }
plots-none = 定格时尚无此项数据
plots-arrived = 收到
plots-errors = 错误
plots-troubles = 每秒重投和错误
plots-in-flight = 未确认消息
plots-held-messages = 持有
plots-publish-latency = 发布延迟
plots-consume-latency = 消费延迟（发布至收到）
plots-round-trips = 确认与拉取的往返时间（含等待消息的时间）
plots-ack-median = 确认 p50
plots-ack-longest = 确认最长
plots-poll-median = 拉取 p50
plots-poll-longest = 拉取最长
plots-median = p50
plots-most = p95
plots-longest = 最大

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
control-seed-why = 种子与请求相同，故障也相同；更换种子会将命中次数清零
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

## 发布历史与再次发送

send-again = 再次发送…
again-from-message = 已从消息 { $id } 填入
again-from-template = 已载入 { $path }
again-from-history = 已从历史填入
again-lost-body = 未填入消息体：原文有 { $size }，历史最多保存 { $max }。请输入或粘贴消息体，有消息体后才能发布
again-left-out = 以下属性由服务端写入，未带上：{ $keys }
again-undo = 恢复之前输入的内容
again-close = 不再提示
history-title = 历史
history-open = 从这里发布过的消息
history-filter = 筛选历史
history-filter-hint = 主题、标签、Key、ID、错误码、消息体…
history-time = 时间
history-outcome = 结果
history-latency = 耗时
history-row = { $at }，{ $topic } { $key }
history-close = 关闭详情
history-reading = 正在读取…
history-none = 还没有从这里发布过消息
history-not-found = 历史中没有匹配的记录
history-gone = 该记录已不存在
history-skipped = 已跳过 { $n } 条损坏的记录
history-full = 显示最新的 { $n } 条；更早的记录可用筛选查找
history-run = 已存储 { $stored }，失败 { $failed }，未知 { $unknown }
history-too-large = 消息体（{ $size }）过大，未保存全文（上限 { $max }），以下为开头部分
history-body-cut = 长文本只显示一部分；“复制消息体”和“再次发送…”包含全文
history-clear = 清空历史
history-clear-sure = 确认清空，不可恢复
outcome-stored = 已存储
outcome-failed = 失败
outcome-unknown = 未知
outcome-unknown-next = 消息可能已存储：再次发送之前请先查找
outcome-run = 已存储 { $stored }/{ $all }
fact-request = 请求 ID
copy-request-id = 复制请求 ID
notice-history-not-written = 无法写入发布历史
notice-history-not-written-next = 请检查数据目录的空间和权限；发布不受影响
notice-history-not-cleared = 无法清空历史
notice-history-not-cleared-next = 请检查数据目录的权限，然后重试
notice-history-damaged = 有一个历史文件无法读取，已另存为 { $path }
notice-history-unreadable = 部分历史无法读取
notice-history-damaged-next = 其余历史不受影响，新记录会照常保存

## 死信

letters-short = 死信
letters-open = 打开该消费组的死信
letters-resend = 再次发送所选（{ $n }）…
letters-resend-why = 把所选死信重新发布到原主题或其他主题
letters-title = 再次发送 { $n } 条死信
letters-topic = 目标主题
letters-topic-wrong = 请填写主题：字母、数字、- _ 和 %
letters-to-origin = 死信自带原主题时，发送到原主题
letters-ack = 存储成功后确认（Ack）该死信
letters-what = 目标主题的每个消费组都会把它们当作新消息收到。未确认的死信会回到死信主题
letters-send = 再次发送 { $n } 条
letters-stop = 停止发送
letters-dismiss = 不再提示
letters-progress = 已存储 { $stored }/{ $total }，失败 { $failed }，未知 { $unknown }，剩余 { $left }
banner-ordered = 顺序消费：同一分区键已取出的消息全部确认后，{ $group } 才会收到后续消息；未确认则再次收到相同消息

## 半消息

field-half = 半消息
problem-check-span = 请填写时长，例如 60s 或 2m
field-half-why = 提交之前任何消费者都收不到；未决定时服务端会反复回查
field-check-after = 首次回查时间
field-check-after-why = 请在此时间内决定；之后服务端会发出回查，只有回查得到的句柄才能决定
publish-more-half = 分区键、半消息…
halves-title = 半消息
halves-count = { $n ->
    [0] 半消息
   *[other] { $n } 条半消息待决定
}
halves-to-decide = 待决定的半消息
halves-more = 另有 { $n } 条，见下方“半消息”
halves-none = 还没有从这里发布过半消息；可在发布表单中勾选“半消息”
halves-dropped = 有 { $n } 条未决定的半消息不再列出；用“半消息回查”视图可以取到
halves-forget = 隐藏已结束的
half-commit = 提交
half-rollback = 回滚
half-commit-row = 提交 { $id }
half-rollback-row = 回滚 { $id }
half-commit-selected = 提交所选（{ $n }）
half-rollback-selected = 回滚所选（{ $n }）
half-committing = 正在提交…
half-rolling-back = 正在回滚…
half-committed = 已提交
half-rolled-back = 已回滚
half-likely-committed = 可能已提交
half-likely-rolled-back = 可能已回滚
half-committed-at = { $at } 已提交
half-rolled-back-at = { $at } 已回滚
half-likely-committed-at = { $at } 很可能已提交：第一次的响应丢失
half-likely-rolled-back-at = { $at } 很可能已回滚：第一次的响应丢失
half-failed = 决定失败
half-undecided = 未决定
half-undecided-why = { $at } 无人决定，再次进入回查
half-elsewhere = 他处已决定
half-elsewhere-why = { $at } 被拒，当时还剩 { $left }：很可能已由其他程序决定。此处无需再处理
half-late-why = { $at } 被拒：已过期。消息会自动再次回查，请在倒计时结束前对新的回查作出决定
half-unclear-why = { $at } 被拒，恰在到期之际：可能过晚，也可能已由其他程序决定。若再次回查，则为过晚
half-superseded-why = { $at } 未到期就再次回查。只有最新一次回查可以决定
half-refused-why = 决定被拒绝：{ $code }。请等待下一次回查再决定
half-refused-again = 暂时被拒：{ $code } · 请再次决定
half-checks-counts = { $here } 次回查，{ $expired } 次未决定即结束
half-commit-progress = 正在提交 { $done }／{ $total }
half-rollback-progress = 正在回滚 { $done }／{ $total }
half-commit-ended = 已提交 { $acked }／{ $total }
half-rollback-ended = 已回滚 { $acked }／{ $total }
half-stop = 停止处理
half-busy = 正在处理所选半消息
half-refused = 决定被拒绝
half-late = 已过期
half-check = 回查…
half-check-row = 回查 { $id }…
half-late-next = 自 { $at } 起已进入回查，此句柄不再有效。用“半消息回查”视图可取得新句柄
half-refused-next = { $code }：已在别处决定，或已进入回查。若仍未决定，用“半消息回查”视图可取得新句柄
half-likely = 第一次的响应丢失，第二次的响应表明已无可决定
half-too-late = 已过期：该消息会再次回查，此句柄无效；它会带着新句柄回来
half-row-refused = 服务端拒绝了此句柄：已在别处决定或已再次发出。原因见详情
column-decide = 决定
banner-half-check = 这些半消息等待决定：提交后所有消费者可见，回滚则丢弃；未决定的会被反复回查
notice-half-no-handle = 服务端没有为半消息返回句柄
notice-half-no-handle-next = 它可能被当作普通消息存储：请确认消费者是否已经收到
quit-halves = 有 { $n } 条半消息未决定
quit-halves-what = 关闭后句柄将丢失。服务端会发出回查，第一条在 { $first } 后，最后一条在 { $last } 后；届时可用“半消息回查”视图决定

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
status-summary = 收到 { $received } · 已确认 { $acked } · 到达 { $arriving } · 确认 { $acking } · { $others }
status-publish = 发布 { $time }
status-received = 收到 { $n } · { $rate }
status-acked = 已确认 { $n } · { $rate }
status-committed = 已提交 { $n }
status-rolled-back = 已回滚 { $n }
status-redelivered = 重投 { $n }
status-errors = 错误 { $n }
status-held = 持有 { $n } · { $left }
status-none-held = 持有 { $n }
status-evicted = 为节省内存已移除 { $n } 条旧消息

## 导出与打开文件

archive-more = 导出与重放
archive-export = 导出…
archive-stop = 停止
archive-stopping = 停止中…
archive-dismiss = 关闭
archive-collecting = 统计中：{ $n }
archive-gone = { $n } 行在写入前已为节省内存而移除
archive-ack-failed = 确认未送达
archive-ack-failed-next = 其后的结果未知
archive-line-json = 不是 JSON：{ $why }
archive-line-object = 不是 JSON 对象
archive-line-field = 有无法读取的值：{ $why }
archive-line-body = 没有消息体
archive-line-properties = 无法读取属性：应为对象或键值对列表
archive-line-utf8 = 不是 UTF-8
archive-line-long = 超过 64 MB
archive-export-failed = 未写入 { $path }
archive-export-bodies-failed = 未能将全部消息体写入 { $path }
archive-export-failed-next = 请换一个位置后重新导出
archive-export-exists-next = 同名文件已存在，请换一个名称或同意替换
archive-export-denied-next = 请选择有写入权限的文件夹
archive-export-full-next = 请清理磁盘空间，或换一个磁盘
archive-open-failed = 无法读取 { $path }
archive-open-failed-next = 请确认这是消息文件
archive-open-missing-next = 文件可能已移动或改名，请在新的位置打开
archive-open-denied-next = 请确认有读取权限
export-title = 导出消息
archive-which = 消息
archive-shown = 当前显示（{ $n }）
archive-selected = 已选（{ $n }）
archive-all = 全部（{ $n }）
archive-nothing = 没有符合的消息
export-as = 格式
export-bodies = 消息体
export-jsonl-what = 除消息句柄外的全部内容，包括投递记录，可在此重新打开
export-csv-what = 每条消息一行，用于表格和脚本
export-csv-columns = 仅列表中的列
export-csv-safe = 防止表格公式
export-csv-safe-why = 在会被表格当作公式的内容前加 '，并让表格按 UTF-8 读取
export-bodies-what = 每个消息体一个文件，绝不替换已有文件
export-file = 文件
export-folder = 文件夹
export-yes = 导出
export-going = 导出中：{ $done } / { $total }
export-done = 已导出 { $n } 条消息到 { $path }（{ $size }）
export-stopped = 导出已停止，未写入文件
export-stopped-bodies = 导出已停止，已写入 { $n } 个消息体
archive-replay = 重放…
replay-title = 重放消息
replay-connection = 发往
replay-topic = 目标主题
replay-read-only = { $name } 为只读连接：请选择其他连接，或解除锁定
replay-sure = 确认将这些消息发布到 { $name }
replay-speed = 速度
replay-original = 原速
replay-scaled = 倍速
replay-unpaced = 尽快
replay-times = 倍数
replay-order = 按原发布顺序逐条发布，并保留间隔
replay-order-unpaced = 按原发布顺序逐条发布
replay-yes = 重放
replay-going = 重放中：{ $done } / { $total }
replay-next = { $left } 后发下一条
replay-done = 已重放 { $n } / { $total } 条消息
replay-stopped = 重放已停止，已发布 { $n } / { $total } 条
replay-failed = { $n } 条失败
replay-unknown = { $n } 条无应答，可能已存储
replay-unfit-count = { $n } 条无法发送
replay-property = 无法读取属性 { $key }
replay-unfit = 此服务器不接受这样的消息
replay-unfit-next = 请手动修改后发布
open-menu = 打开文件…
open-title = 打开消息文件
open-file = 要打开的文件
open-what = mqscope 导出的 JSONL，或每行含 body 的任意 JSONL
open-yes = 打开
file-title = 文件 { $name }
file-what = 这是文件：不持有消息，也不影响任何消费者
file-from = { $topic }，消费组 { $group }，导出于 { $at }
file-reading = 已读取 { $n } 条
file-holds = { $n } 条消息 · { $size }
file-stopped = 读取 { $n } 条后停止，其余未显示
file-again = 重新读取
file-newer = 由更新版本的 mqscope 写入（版本 { $version }），本版本不认识的内容已略去
file-cut = 文件结尾缺失：文件被截断，可能还有更多消息
file-bad = { $n } 行无法读取
file-bad-show = 显示
file-bad-hide = 隐藏
file-bad-line = 第 { $line } 行：{ $what }
file-bad-more = … 另有 { $n } 行
empty-file = 文件中没有消息
empty-file-reading = 读取中…
delivery-unseen = 导出时未确认，{ $at } 返回
ending-unseen = 未确认

## 文件路径

path-browse = 浏览…
path-no-dialog = 此处没有文件对话框，请直接输入路径
path-nothing = 文件不存在
path-no-folder = 文件夹 { $folder } 不存在
path-is-folder = 这是文件夹，不是文件
path-is-file = 这是文件，不是文件夹
path-unreadable = 无法查看：{ $why }
path-replace = 替换已有文件（{ $size }）

## 消息列表

filter-name = 过滤
filter-hint = 过滤消息体、标签、Key、属性…
filter-help = 支持关键词（不区分大小写）、"带空格的词"、/正则/i、tag:x、key:x、body:x、id:x、prop.属性名:x、is:held / acked / returned / refused / failed / redelivered / damaged / duplicate / same-key / same-body；-x 表示排除
filter-wrong = 第 { $at } 个字符：{ $what }。仍按上一个有效条件过滤
filter-open-quote = 请用 " 结束引号
filter-open-pattern = 请用 / 结束正则表达式
filter-flag = 正则表达式后只能跟 i，不能是 { $found }
filter-pattern = 正则表达式无效：{ $why }
filter-too-large = 正则表达式过大
filter-no-value = 冒号后请填写要查找的内容；填 "" 可查找所有含该字段的消息
filter-state = 没有 { $found } 这种状态，可用 held、acked、returned、refused、failed、redelivered、damaged、duplicate、same-key、same-body
notice-lost = 消息内存已满（{ $budget } MB），已移除 { $n } 条持有中的消息
notice-lost-next = 这些消息的句柄已丢失，无法在此确认；它们将在 { $minutes } 分钟内重新对消费组可见。请确认已处理的消息、关闭视图，或暂停以减少同时持有的消息
status-lost = 已移除 { $n } 条持有中的消息
table-shown = 显示 { $shown } / { $all }
table-scroll = 滚动消息列表
table-busy = 正在整理 { $percent }%
table-news = ↑ { $n } 条新消息
table-columns = 列
column-size = 大小
column-published = 发布时间
sorted-up = { $column }，升序
sorted-down = { $column }，降序
state-held = 持有中
row-pin = 置顶
row-unpin = 取消置顶
row-pinned = 已置顶
view-pause = 暂停
view-resume = 继续
view-pause-why = 暂停后不再从消费组拉取新消息，已持有的消息不受影响
empty-paused = 已暂停
empty-paused-next = 点击“继续”后才会继续拉取消息
empty-filtered = 没有符合条件的消息
empty-filtered-next = 消息仍在，修改过滤条件即可看到
## 详情中的消息体
look-xml = XML
look-hex = 十六进制
look-raw = 原文
look-diff = 对比
fact-handle = 句柄
viewer-opening = 正在打开…
viewer-busy = 当前任务过多，无法打开
viewer-again = 重试
viewer-tree = JSON 树
viewer-fold = 折叠 { $path }
viewer-unfold = 展开 { $path }
viewer-fold-all = 全部折叠
viewer-unfold-all = 全部展开
viewer-long-value = … 共 { $size }，可复制该值或切换到“文本”查看
viewer-wrap = 按宽度自动换行
viewer-wrapped = { $n } 行过长，显示时每 { $columns } 列折行
viewer-rebuilt = 根据解析结果重新生成，未保留收到的原始字节
viewer-decoded = 已解码：{ $steps }
viewer-decode = 解码 { $steps }
viewer-decode-why = 显示解码后的内容，或按原样显示
viewer-md5-both = 服务端给出 { $expected }，实际计算为 { $computed }
viewer-too-large = 解压后超过 { $size }，仅显示这部分
viewer-torn = 仅能部分解压：{ $why }
viewer-broken-json = 形似 JSON 但无法解析：{ $why }
viewer-too-many = 超过 400 万个值，无法以树形显示，已按文本显示
viewer-not-text = 不是文本：无法识别的字节显示为 �，完整内容见“十六进制”
viewer-find = 在消息体中查找
viewer-find-open = 在消息体中查找 (Ctrl+F)
viewer-find-case = 区分大小写
viewer-find-regex = 正则表达式
viewer-find-previous = 上一个匹配
viewer-find-next = 下一个匹配
viewer-find-close = 关闭查找
viewer-find-none = 无匹配
viewer-find-broken = 表达式有误：{ $why }
viewer-copy = 复制
viewer-copy-path = 复制路径
viewer-copy-value = 复制值
viewer-copy-decoded = 复制解码后的消息体
viewer-copy-formatted = 复制格式化后的消息体
viewer-copy-hex = 以十六进制复制字节
viewer-copy-raw = 复制原始 XML
viewer-copy-handle = 复制句柄
viewer-copy-tag = 复制标签
viewer-copy-key = 复制 Key
viewer-copy-md5 = 复制 MD5
viewer-copy-property = 复制 { $key }
viewer-diff-delivery = 上一次投递
viewer-diff-key = 同 Key 的上一条
viewer-diff-seeking = 正在查找同 Key 的上一条消息…
viewer-diff-comparing = 正在对比…
viewer-diff-no-delivery = 没有更早的投递可对比：这是此处收到的第一次投递
viewer-diff-no-key = 此视图中没有同 Key 的更早消息
viewer-diff-keyless = 该消息没有 Key
viewer-diff-with = 对比对象：{ $id }
viewer-diff-identical = 完全一致
viewer-diff-same-body = 消息体一致
viewer-diff-layout = 消息体仅空白或编码方式不同
viewer-diff-coarse = 差异过大，未逐词对比
viewer-diff-skipped = { $n } 行相同
viewer-ack-damaged = 确认此消息
viewer-ack-over = 已不再持有，无法确认
viewer-ack-no-handle = 句柄不可读，消息将自动返回
viewer-place = 第 { $byte } 字节，第 { $line } 行，第 { $column } 列
viewer-place-end = 文本在此结束
