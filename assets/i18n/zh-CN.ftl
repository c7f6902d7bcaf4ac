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
time-now = 刚刚
time-ago = { $age }前
time-ahead = { $age }后

## 设置

settings-title = 设置
action-settings = 打开设置
action-settings-file = 打开设置文件
settings-reset = 恢复默认：{ $name }
settings-system = 跟随系统
settings-looks = 外观
settings-theme = 配色
settings-dark = 深色
settings-light = 浅色
settings-language = 语言
settings-density = 密度
settings-density-why = 列表行的疏密
settings-comfortable = 宽松
settings-compact = 紧凑
settings-motion = 动效
settings-motion-why = 新行是否淡入
settings-motion-full = 完整
settings-motion-reduced = 减弱
settings-times = 时间
settings-zone = 时区
settings-zone-why = 时间按此时区显示，输入的时间也按此时区解释
settings-zone-local = 本地
settings-zone-place = 其他时区
settings-zone-unknown = 时区列表中没有该地区
settings-format = 格式
settings-format-absolute = 时刻
settings-format-absolute-why = 非当天时同时显示日期；鼠标悬停显示完整时间
settings-format-full = 完整
settings-format-full-why = 日期、毫秒和时差，便于与服务端日志对照
settings-format-relative = 相对
settings-format-relative-why = 距现在多久；鼠标悬停显示完整时间
settings-views = 实时视图
settings-memory = 内存
settings-memory-why = 所有视图的消息可占用的内存，当前 { $used }；超出时先移除最早且未持有的消息
settings-batch = 批量
settings-batch-why = 新视图每次拉取的消息数
settings-wait = 等待
settings-wait-why = 新视图每次拉取等待消息的时间
settings-connections = 连接
settings-proxy = 代理
settings-proxy-why = 用于未单独设置代理的连接，不用于本机的服务
settings-proxy-none = 不使用
settings-proxy-address = 地址
settings-proxy-wrong = HTTP 代理的格式如 http://host:3128
settings-ask = 操作前确认
settings-ask-why = 无法撤销的操作会先询问
settings-ask-ack-many = 在非沙箱的服务上一次确认超过 16 条消息
settings-ask-production = 向标为红色的连接发布消息
settings-ask-publish-many = 向非沙箱的服务发布多条消息
settings-ask-replay = 向非沙箱的服务重放消息
settings-ask-resend = 已知原主题时重新发送死信
settings-ask-destroy = 删除或清空沙箱的主题和消费组，或重新启动沙箱而丢失其消息
settings-ask-close-view = 关闭仍持有消息的视图
settings-ask-quit = 仍持有消息或任务未完成时关闭窗口
settings-ask-clear-history = 清空历史
settings-ask-delete-connection = 删除连接及其密钥
settings-ask-all = 恢复全部询问
settings-open-file = 打开设置文件
settings-copy-path = 复制设置文件的路径
settings-file-why = 可以手动编辑：保存后 mqscope 会立即重新读取，并保留您的注释
settings-unknown-more = 还有 { $n } 个没有意义的名称
settings-not-kept = 系统没有可保存设置的位置，设置仅在 mqscope 退出前有效
notice-settings-broken = 设置文件第 { $line } 行第 { $column } 列有错误
notice-settings-unreadable = 无法读取设置文件
notice-settings-broken-next = 请在文件中修正，保存后会立即重新读取；在此之前沿用之前的设置，mqscope 不会写入该文件
notice-settings-unknown = 没有名为“{ $name }”的设置：设置文件第 { $line } 行第 { $column } 列
notice-settings-unknown-nearest = 没有名为“{ $name }”的设置，是否想写“{ $nearest }”？设置文件第 { $line } 行第 { $column } 列
notice-settings-unknown-next = 文件中其他设置照常生效，该行保持原样
notice-settings-wait = 修改尚未写入：设置文件有错误
notice-settings-wait-next = 修改已经生效，文件恢复可读后会立即写入
notice-settings-not-opened = 无法打开设置文件
notice-settings-not-opened-next = 请用编辑器打开，设置窗口中有其路径

## 操作前的确认

ask-never-again = 不再询问
ask-never-again-why = 可以在设置中重新开启
ask-ack = 确认 { $connection } 的 { $n } 条消息
ask-commit = 提交 { $connection } 的 { $n } 条半消息
ask-rollback = 回滚 { $connection } 的 { $n } 条半消息
ask-ack-what = 这不是沙箱，操作无法撤销
ask-ack-yes = 全部确认
ask-commit-yes = 全部提交
ask-rollback-yes = 全部回滚

## 操作：命令面板、帮助、菜单与提示

action-palette = 命令面板
action-help = 键盘快捷键
action-guide = 用户指南
action-troubleshooting = 问题排查
action-switch-theme = 切换深色／浅色主题
action-switch-language = 切换为 English
action-zoom-in = 放大
action-zoom-out = 缩小
action-zoom-reset = 恢复默认缩放
action-add-connection = 添加连接…
action-edit-connection = 编辑当前连接…
action-open-file = 打开文件…
action-quit = 退出
action-next-panel = 下一个面板
action-previous-panel = 上一个面板
action-toggle-side = 显示或隐藏连接列表
action-toggle-form = 切换发布表单位置：侧边或标签页
action-toggle-drawer = 打开或关闭底部抽屉
action-show-notices = 显示通知
action-show-halves = 显示半消息
action-show-history = 显示发布历史
action-show-traffic = 显示请求记录
action-show-plots = 显示图表
action-show-sandbox = 显示沙箱内部
action-next-tab = 下一个标签页
action-previous-tab = 上一个标签页
action-tab = 显示第 { $n } 个标签页
action-tabs = 按序号显示标签页
action-grow-panel = 放大当前面板
action-shrink-panel = 缩小当前面板
action-move-tab-left = 标签页左移
action-move-tab-right = 标签页右移
action-split-tab = 将视图并排显示
action-join-tabs = 将所有视图合并到一行标签页
action-start = 开始消费
action-stop = 停止消费
action-pause = 暂停消费
action-resume = 继续消费
action-auto-ack = 开启或关闭自动确认
action-next-row = 下一行
action-previous-row = 上一行
action-page-down = 向下翻页
action-page-up = 向上翻页
action-first-row = 第一行
action-last-row = 最后一行
action-extend-down = 向下扩展选择
action-extend-up = 向上扩展选择
action-select = 选中或取消选中该行
action-select-all = 选中全部可见行
action-select-none = 清除选择
action-ack = 确认所选行或当前行
action-commit = 提交所选或当前的半消息
action-roll-back = 回滚所选或当前的半消息
action-pin = 置顶该行或取消置顶
action-row-menu = 该行的菜单
action-details = 转到详情
action-filter = 过滤表格
action-clear-filter = 清除过滤条件
action-newest = 跳到最新一行
action-select-body = 选中整个消息体
action-back-to-table = 回到表格
action-publish-form = 转到发布表单
action-publish-many = 重复发布…
action-publish-file = 从文件发布…
action-format-body = 格式化消息体
action-add-property = 添加属性
action-column-left = 将此列左移
action-column-right = 将此列右移
action-column-narrower = 收窄此列
action-column-wider = 加宽此列
action-edge-left = 将边缘左移
action-edge-right = 将边缘右移
action-edge-up = 将边缘上移
action-edge-down = 将边缘下移
action-edge-least = 缩到最小
action-edge-most = 放到最大
action-list-next = 下一项
action-list-previous = 上一项
action-list-first = 第一项
action-list-last = 最后一项
action-fold = 折叠，或转到上一级
action-unfold = 展开，或进入下一级
action-toggle-fold = 打开，或折叠、展开
action-dialog-main = 执行对话框的主要操作
action-confirm = 确定
action-close-dialog = 关闭
key-ctrl = Ctrl
key-cmd = Cmd
key-alt = Alt
key-option = Option
key-shift = Shift
key-enter = Enter
key-space = 空格
key-tab = Tab
key-home = Home
key-end = End
key-menu = 菜单键
key-escape = Esc
key-page-up = Page Up
key-page-down = Page Down
key-arrow-up = 上方向键
key-arrow-down = 下方向键
key-arrow-left = 左方向键
key-arrow-right = 右方向键
key-plus = 加号
key-minus = 减号
key-comma = 逗号
key-slash = 斜杠
key-question-mark = 问号
place-window = 窗口
place-panels = 面板
place-views = 视图
place-table = 表格
place-columns = 列标题
place-details = 详情
place-publish = 发布
place-edges = 面板边缘
place-lists = 列表与树
place-dialogs = 对话框
palette-hint = 搜索操作、视图、连接、主题…
palette-list = 可执行的操作
palette-nothing = 没有匹配的名称
palette-keys = ↑↓ 选择 · Enter 执行 · Esc 关闭
palette-count = { $n } 项匹配
palette-view = 视图
palette-connection = 连接
palette-topic = 主题
palette-group = 消费组
palette-publish-to = 发布到 { $topic }
palette-consume = 以 { $group } 消费 { $topic }
help-what = 在输入框中输入时，不带 Ctrl 的按键不生效
table-name = 消息
reason-no-panel = 焦点不在可调整大小的面板中
reason-narrow = 窗口太窄，发布表单无法放在侧边
reason-no-tab = 没有这个标签页
reason-one-tab = 只有一个标签页
reason-sandbox = 本地沙箱无需设置
reason-sandbox-runs = 沙箱已在运行
reason-read-only = 该连接为只读
reason-publishing = 发布尚未完成
reason-in-columns = 焦点在列标题时可用
reason-on-edge = 焦点在面板边缘时可用
reason-in-body = 焦点在消息体时可用
reason-in-list = 焦点在列表或树时可用
reason-in-dialog = 在对话框中可用
reason-file = 该视图显示的是文件
reason-running = 已在消费
reason-stopped = 未在消费
reason-stopping = 正在停止
reason-paused = 已暂停
reason-not-paused = 未暂停
reason-topic = 主题为空或不合法
reason-group = 消费组为空或不合法
reason-last-view = 最后一个视图不能关闭
reason-runs = 请先停止消费
reason-no-letters = 该视图没有自己的死信
reason-no-filter = 没有过滤条件
reason-no-rows = 没有显示任何消息
reason-none-selected = 没有选中任何行
reason-no-row = 请先选择一行
reason-damaged = 该消息无法读取
reason-half = 半消息只能提交或回滚
reason-no-half = 这些不是半消息
reason-acking = 确认请求尚未完成
reason-acked = 已确认
reason-returned = 已返回消费组，句柄失效
reason-cannot-ack = 上次确认被拒绝，或仍在进行

## 连接

connections-title = 连接
topics-of-sandbox = 沙箱中的主题
connection-add = 添加连接…
connection-use = 使用 { $name }
connection-edit = 编辑 { $name }…
connection-idle = 未连接
connection-in-use = 消费中
connection-read-only = 只读
sandbox-name = 本地沙箱
sandbox-starting = 启动中
sandbox-running = 运行中 · { $addr }
sandbox-failed = 未运行
sandbox-group-counts = { $ready } 条可消费，{ $held } 条被持有
sandbox-other-instance = 客户端通过实例 { $instance } 使用该主题。如需查看，请添加一个带此实例 ID 的沙箱连接

## 连接设置

connection-new-title = 新建连接
connection-edit-title = 编辑连接
kind-tdmq = 腾讯云 TDMQ
kind-aliyun = 阿里云
kind-sandbox = 沙箱
connection-name = 名称
connection-endpoint = HTTP 接入点
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
keys-ak-sandbox = Access Key：未修改时为 sandbox
keys-sk-sandbox = Secret Key：未修改时为 sandbox-secret
keys-token = STS Token（可选）
keys-admin = 管理令牌（可选）
keys-where = 仅保存在系统密钥环中，不会写入其他位置
keys-in-keyring = 密钥已保存在系统密钥环中；留空则保持不变
keys-session-only = 没有可用的密钥环，密钥仅保留到 mqscope 退出：{ $why }
keys-unreadable = 无法读取密钥环：{ $why }
connection-color = 颜色
color-green = 绿色
color-blue = 蓝色
color-amber = 琥珀色
color-red = 红色
color-purple = 紫色
color-grey = 灰色
save = 保存
cancel = 取消
delete = 删除…
delete-sure = 确认删除“{ $name }”及其密钥

## 各项参数在控制台中的位置

hint-endpoint-tdmq = http://rocketmq-xxxx.rocketmq.ap-gz.public.tencenttdmq.com
hint-endpoint-aliyun = http://1234567890.mqrest.cn-hangzhou.aliyuncs.com
where-endpoint-tdmq = 消息队列 RocketMQ 版控制台：集群管理 → 集群 ID → 基本信息 → 接入信息，选择 HTTP 接入地址
where-endpoint-aliyun = 云消息队列 RocketMQ 版控制台：实例列表 → 实例详情 → 接入点，选择 HTTP 协议接入点，形如 http://<账号 ID>.mqrest.<地域>.aliyuncs.com
where-endpoint-sandbox = 沙箱（mqscope sandbox）启动时打印的地址，或另一个 mqscope 窗口中显示的地址
where-instance-tdmq = 命名空间名称：集群详情 → 命名空间。没有则留空
where-instance-aliyun = 实例详情 → 实例 ID，形如 MQ_INST_xxxx。无命名空间的实例留空
where-keys-tdmq = AK：集群详情 → 集群权限 → AccessKey 列（角色密钥）；SK：SecretKey 列（角色名称）。4.x 集群：命名空间 → 配置权限
where-keys-aliyun = RAM 控制台 → 用户 → 创建 AccessKey；建议使用 RAM 用户而非主账号的 AccessKey
where-token-aliyun = 仅在使用临时密钥时填写：AssumeRole 返回的 SecurityToken，与临时密钥同时失效
where-admin = 用于打开控制室：启动沙箱时 --admin-token 的值
where-topic-tdmq = 集群详情 → Topic（主题）与 Group（消费组）。消费组类型必须为 HTTP：同一消费组不能同时用于 HTTP 和 TCP
where-topic-aliyun = 实例详情 → Topic 管理（主题）与 Group 管理（消费组）。消费组类型必须为 HTTP：同一消费组不能同时用于 HTTP 和 TCP
address-aliyun = 阿里云，地域 { $region }，账号 { $account }，公网
address-aliyun-private = 阿里云，地域 { $region }，账号 { $account }，仅 VPC 内可访问
address-tdmq = 腾讯云 TDMQ，地域 { $region }，公网
address-tdmq-private = 腾讯云 TDMQ，地域 { $region }，仅 VPC 内可访问
doubt-tcp = 这是 RocketMQ TCP 协议的端口，请改用同一集群的 HTTP 接入地址
doubt-tcp-tdmq = 这看起来是集群的 TCP 接入地址，请在“基本信息 → 接入信息”中查找 HTTP 接入地址
doubt-tcp-aliyun = 这是 TCP 协议接入点。HTTP 协议接入点在同一页面，形如 http://<账号 ID>.mqrest.<地域>.aliyuncs.com
doubt-other-vendor = 该地址属于另一家云厂商
doubt-keys-swapped = 两个密钥可能填反了
doubt-keys-blank = 密钥中间有空白字符，是否粘贴完整？
save-anyway = 仍要保存
checkup-go = 前往“{ $field }”
import-open = 粘贴导出的连接配置…
import-what = 从 mqscope 导出的文本，不含密钥；确认之前不会保存
import-text = 导出的连接配置
import-take = 填入
import-which = 文本中有多个连接，请选择
import-none = 文本中没有连接配置
import-damaged = 无法读取该文本，问题从第 { $line } 行第 { $column } 列开始。{ $why }
export-profile = 复制为文本
export-profile-what = 除密钥外的全部设置，可供他人粘贴使用
connections-none = 目前只有沙箱，自己的集群也会显示在这里
empty-sandbox = 沙箱未运行
empty-sandbox-next = 原因见通知。可重新启动沙箱，或使用其他连接
sandbox-start = 启动沙箱
empty-add-connection = 添加连接…
empty-keys = 该连接还没有密钥
empty-keys-next = 没有密钥，所有请求都会被拒绝
empty-keys-add = 填写密钥…

## 初次使用

first-minute-publish = 发布一条消息
first-minute-publish-text = 表单已填好，点击“发布”或按 { $keys }
first-minute-publish-tab-text = 打开此表单，内容已填好，点击“发布”或按 { $keys }
first-minute-watch = 查看消息并确认
first-minute-watch-text = 倒计时表示消息还归你多久。请在 0:00 之前确认，否则会再次投递
first-minute-connect = 连接自己的集群
first-minute-connect-text = 准备好后，在这里添加腾讯云 TDMQ 或阿里云连接
first-minute-close = 知道了

## 窗口里的用户指南

guide-search = 搜索指南
guide-pages = 页面
guide-hits = { $n } 处匹配
guide-nothing = 指南里没有这些内容
guide-commands = 命令
guide-copy = 复制命令
guide-first-minute = 第一分钟
guide-connect = 连接集群
guide-publish = 发布消息
guide-look = 查看主题
guide-ack = 确认与死信
guide-refused = 请求为何被拒绝
guide-testing = 测试套件
guide-faults-and-time = 故障与时间
guide-scripts = 脚本

## 帮助

help = 帮助
help-show-around = 界面导览
help-settings-folder = 打开设置文件夹
help-data-folder = 打开数据文件夹
help-about = 关于 mqscope
about-title = mqscope { $version }
about-what = 面向 RocketMQ HTTP 协议消息队列的桌面查看工具，内置沙箱
about-folders = 文件夹
about-settings = 设置与连接
about-data = 历史、沙箱与工作区
about-open-folder = 打开
about-licences = 许可证
about-show-licence = 显示全文
about-hide-licence = 收起
about-part-mqscope = mqscope
about-part-inter = Inter
about-part-jetbrains = JetBrains Mono
about-part-noto-sans = Noto Sans SC
about-part-noto-emoji = Noto Emoji
about-part-phosphor = Phosphor Icons
about-close = 关闭
folder-not-opened = 无法显示该文件夹
folder-not-opened-next = 请在文件管理器中打开 { $path }
folder-none-next = 本机未保存任何内容，因此没有文件夹

## 沙箱中的示例数据

samples = 示例数据
samples-what = 一家小店的数据：订单、支付、包裹和图片各在自己的主题里，消息可能遇到的情况都有
samples-fill = 向沙箱填入示例数据
samples-refill = 重新生成示例数据
samples-remove = 移除示例数据
samples-remove-what = 删除以 shop- 开头的主题及其产生的内容，其他数据不受影响
samples-beginning = 正在生成示例数据…
samples-filling = 示例数据 { $done } / { $total }
samples-stopping = 示例数据 { $done } / { $total }，正在停止…
samples-removing = 正在移除示例数据…
samples-stop = 停止生成示例数据
samples-filled = 示例数据已就绪：shop-orders、shop-payments、shop-parcels 和 shop-media 中共 { $n } 条消息，其中有一条死信、一条半消息和一条反复投递的消息
samples-filled-next = 点击左侧的消费组即可消费；“帮助 → 移除示例数据”可全部移除
samples-stopped = 已停止，示例数据已生成 { $n } 条消息
samples-removed = 示例数据已移除，共 { $n } 个主题

## 发布

publish-title = 发布
publish-button = 发布
publish-pending = 发布中…
publish-more = 分区键…
published = 已发布 { $id }，耗时 { $time }
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
property-add = 添加属性
body-format = 格式化
body-json = JSON 有效 · { $size } · 所有 SDK 均可读取
body-text = 文本 · { $size } · 所有 SDK 均可读取

## A body that is edited in parts

body-part = 第 { $n } 段，共 { $all } 段
body-part-why = 较长的消息体分段编辑；按 Ctrl+A 全选
body-part-before = 上一段
body-part-after = 下一段
body-all = 已全选 { $size }：输入或粘贴将替换全部内容
body-checking = 正在检查…
# Pasted where only one line is meant to be.
paste-too-long = 未粘贴：剪贴板中有 { $size }，这类输入框最多接受 { $most }

## 草稿模板

templates = 模板
templates-search = 搜索模板
templates-loading = 正在读取模板…
templates-none = 还没有模板。为当前草稿起名并保存；斜杠表示文件夹
templates-not-found = 没有包含这些词的模板
templates-folder = 文件夹 { $path }
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
notice-templates-not-kept-next = 请检查数据目录的空间和权限；更改仅保留到 mqscope 退出

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
outbox-found = { $n } 条消息 · { $kind } · 消息体共 { $bytes }，最大 { $largest }
outbox-found-nothing = 文件中没有内容
outbox-bad-lines = { $n } 行不是消息，将被跳过
outbox-bad-line = 第 { $line } 行：{ $what }
outbox-bad-more = …还有 { $n } 行
outbox-unused = 未使用：{ $names }
outbox-first-line = 第一条消息
outbox-sure-times = 向 { $connection } 发布 { $n } 条消息
outbox-sure-file = 向 { $connection } 发布文件中的消息
outbox-sure-what = 这不是沙箱：消息将发往 { $endpoint } 的主题 { $topic }，其消费者都会收到
outbox-sure-one = 向 { $connection } 发布消息
outbox-sure-production = 该连接标记为生产环境：消息将发往 { $endpoint } 的主题 { $topic }，其消费者都会收到
outbox-sure-yes-one = 发布
outbox-sure-yes = 发布
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
run-done = 已发布 { $stored } 条，耗时 { $secs } 秒
run-done-partly = 已发布 { $stored } / { $total } 条，耗时 { $secs } 秒
run-stopped = 已停止：已发布 { $stored } / { $total } 条，耗时 { $secs } 秒
run-first-error = 遇到第一个错误，已停止：已发布 { $stored } / { $total } 条
run-broken = 无法继续：已发布 { $stored } / { $total } 条
run-dismiss = 关闭汇总
run-latency = p50 { $p50 } · p95 { $p95 } · 最大 { $max }
run-kind-failed = { $n } 条未发布：{ $what }
run-kind-unknown = { $n } 条结果未知：{ $what }
run-kind-unfit = { $n } 条未发送：{ $what }
run-samples-messages = 消息 { $numbers }
run-samples-lines = 行 { $numbers }
run-resume = 从第 { $line } 行继续…
notice-run-ended = 已发布 { $stored } 条消息；{ $failed } 条未发布，{ $unknown } 条结果未知
notice-run-ended-next = 发布表单中的汇总说明了原因

## 字段问题

problem-name-empty = 请填写{ $what ->
    [topic] 主题
    [group] 消费组
   *[instance] 实例 ID
}
problem-name-long = { $what ->
    [topic] 主题
    [group] 消费组
   *[instance] 实例 ID
}有 { $len } 个字符，最多允许 { $max } 个
problem-name-blank = { $what ->
    [topic] 主题
    [group] 消费组
   *[instance] 实例 ID
}不能包含空格，请使用字母、数字、- _ 和 %
problem-name-character = { $what ->
    [topic] 主题
    [group] 消费组
   *[instance] 实例 ID
}不能包含“{ $found }”，请使用字母、数字、- _ 和 %
problem-body-empty = 请填写消息体
problem-body-large = 消息体为 { $bytes } 字节，最多允许 { $max } 字节
problem-not-xml = 第 { $at } 个字符为 { $code }，XML 无法承载；请编码后发送，例如 base64
problem-tag-long = 标签有 { $len } 个字符，最多允许 { $max } 个
problem-tag-bars = 含有两条竖线的标签无法被过滤匹配
problem-blank-ends = { $where ->
    [key] Key
    [sharding-key] 分区键
    [tag] 标签
    [property] 属性
   *[value] 内容
}首尾含有空格
problem-forbidden = { $where ->
    [key] Key
    [sharding-key] 分区键
    [tag] 标签
    [property] 属性
   *[value] 内容
}不能包含“{ $found }”，也不能包含 " ' & < > : | 中的其他字符
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
problem-proxy = 格式应为 http://主机:端口，或留空
problem-connection-name = 请填写连接名称
problem-endpoint = 请填写 http://主机:端口
problem-endpoint-scheme = 接入点须以 http:// 或 https:// 开头
problem-endpoint-keys = 请去掉用户名和密码，密钥有单独的输入框
problem-endpoint-path = 请去掉主机和端口之后的内容
problem-instance = 实例 ID 不能包含空格
problem-half-keys = 请同时填写 AK 和 SK（如有 Token 一并填写）；全部留空则保持已保存的密钥
keys-unsaved = 尚未保存；保存后仅存入系统密钥环
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
explain-form-http = HTTP 请求
explain-form-curl = curl 命令
explain-form-quoted = HTTP 请求，%q（Go）
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

## 签名调试窗口

tools = 工具
debugger-open = 签名调试器…
debugger-title = 签名调试器
debugger-request = 请求、curl 命令或 SDK 日志
debugger-request-hint = 粘贴到这里，如有响应请一并粘贴
debugger-earlier = 回到之前粘贴的内容
debugger-keys = 应使用的密钥
debugger-keys-of = “{ $name }”的密钥
debugger-keys-nowhere = 不使用密钥
debugger-keys-typed = 在此输入密钥…
debugger-ak = AccessKeyId
debugger-sk = SK
debugger-keys-not-kept = 仅在这里使用，关闭窗口后即清除
debugger-just-now = 请求刚刚发出
debugger-just-now-why = 以本机时钟判断 Date；否则较早的 Date 不算错误，因为日志通常是事后查看的
debugger-sent-at = 发送于 { $at }，以此判断 Date
debugger-explain = 分析
debugger-pending = 正在尝试各种已知的签名方式…
debugger-stale = 内容已改动，请重新分析
debugger-nothing-yet = 分析结果显示在这里：签名为何被拒绝、实际签名的内容，以及各官方 SDK 如何签名。不会发送任何请求
debugger-copy-text = 复制为文本
debugger-copy-json = 复制为 JSON
debugger-copy-string = 复制：{ $what }
debugger-no-keys = 没有给出 SK，因此未验证签名本身；请选择密钥
debugger-old = Date 距今 { $age }；以它自己的时间为准则无误
debugger-more-causes = 另有 { $n } 个
debugger-together = 需与原因 { $place } 同时存在
debugger-differ = 差异位于：{ $parts }
debugger-sdk-differs = 该请求与其不同之处：{ $parts }
debugger-read-as = 识别为：{ $form }
debugger-fix = 怎么办：{ $fix }
debugger-ours = 应签名的内容
debugger-theirs = 实际签名的内容
debugger-server = 服务端签名的内容
debugger-sandbox-signs = 沙箱签名的内容
debugger-sdk-same = 该 SDK 的签名内容与此处应签名的内容完全一致
debugger-sdk-string = { $sdk } SDK 签名的内容
debugger-sdk-target = 它发送 { $target }
debugger-refused = 被沙箱拒绝的请求
debugger-exchange = 从这里发送的请求
debugger-request-shown = 实际发送的请求
debugger-refused-at = 时间
debugger-refused-from = 来自
debugger-refused-cut = 前 { $shown }，共 { $all }
debugger-refused-otherwise = 沙箱因其他原因拒绝：{ $code }
debugger-paste-instead = 改为粘贴请求
debugger-paste-empty = 没有内容；请粘贴请求、curl 命令或 SDK 日志
debugger-paste-unknown = 无法识别为请求。请求应以“POST /topics/orders/messages HTTP/1.1”这样的一行开头，也可以是 curl 命令或 SDK 日志
debugger-paste-open-quote = 无法读取 curl 命令：引号没有闭合
debugger-paste-no-url = curl 命令没有 URL
debugger-paste-url = { $what } 不是请求的 URL
debugger-paste-unexpanded = curl 命令的 { $what } 请求头没有填入值：请加上 -v 运行并粘贴其输出，其中 shell 已填入值
debugger-paste-incomplete = 日志提到了 { $what }，但不完整
part-method = 方法
part-date = Date
part-headers = 请求头
part-resource = 路径和查询

## 被沙箱拒绝的请求

refusals-title = 被拒绝的请求
refusals-count = 被拒绝 · { $n }
refusals-none = 没有被拒绝的请求
refusals-none-next = 任何客户端被沙箱拒绝的请求都会显示在这里，并说明原因
refusals-kept = 最近 { $kept } 个，共 { $count } 个
refusals-clear = 清空
refusals-close = 关闭被拒绝的请求
refusals-at = 时间
refusals-code = 错误码
refusals-request = 请求
refusals-client = 客户端
refusals-request-id = 请求 ID
refusals-explain = 分析 { $code }：{ $request }，{ $client }
control-refusals-forgotten = 已清空被拒绝的请求
status-sandbox-refused = { $n } 个被拒绝
notice-refused = 沙箱拒绝了 { $agent } 的请求：{ $code }
notice-refused-more = 沙箱拒绝了 { $n } 个请求，最后一个来自 { $agent }：{ $code }
notice-refused-next = 打开下方的沙箱，查看“被拒绝”，其中逐一说明原因

## 消费视图

view-title-half = 回查 { $topic } · { $group }
view-title = 消费 { $topic } · { $group }
view-is-running = 运行中
view-is-paused = 已暂停
view-is-stopped = 已停止
view-is-failing = 出错
view-new = 新建消费视图
view-close = 关闭此视图
tabs-scroll-left = 前面的标签页
tabs-scroll-right = 后面的标签页
view-close-sure = 仍持有 { $n } 条，确认关闭
connection-busy = 有消费视图正在使用该连接
connection-busy-next = 请停止该视图，并确认其消息或等待消息返回
view-start = 开始
view-stop = 停止
view-stopping = 停止中…
view-stopping-why = 等待当前长轮询结束，以免消息被取走却看不到
ack-selected = 确认所选（{ $n }）
banner-consumes = 查看即消费：消息由 { $group } 持有，直到确认
banner-paused = 已暂停：已收到的消息由 { $group } 持有，直到确认
banner-held = 持有 { $n } 条
banner-held-until = 持有 { $n } 条，最早 { $left } 后返回
banner-held-show = 查看最先返回的消息
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
ack-this = 确认这一条
ack-row = 确认 { $id }
ack-too-late = 已过期：消息已重新可见，该句柄无法再确认。消息会带着新句柄再次投递

## 批量确认与自动确认

acking-progress = 正在确认 { $done } / { $total }
acking-ended = 已确认 { $acked } / { $total }
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
ack-wait-row = 等待 { $id } 再次投递
delivery-lease = 至 { $at }
delivery-no-handle = 句柄不可读
delivery-copy-handle = 复制第 { $n } 次投递的句柄
deliveries-elsewhere = 共 { $all } 次投递，其中 { $here } 次到达此处；其余由其他消费者取走，或早于此视图
deliveries-counts = { $here } 次投递，{ $expired } 次未确认即结束
deliveries-strip = { $n } 次投递，{ $from } 至 { $to }
alike-double = 疑似重复
alike-double-why = 短时间内发布了两次，内容完全相同：可能是生产者重试，或点击了两次
alike-key = 同 Key
alike-key-why = 另一条消息的 Key 相同：可能是更新，或需要注意顺序
alike-body = 同消息体
alike-body-why = 另一条消息的内容相同，但 Key、标签或属性不同，或相隔较久
alike-show-face = 查看
alike-show = 查看 { $id }
apart-millis = { $n } 毫秒
suffix-seconds = { " 秒" }
apart-same = 同一毫秒发布
apart-before = 早 { $by }发布
apart-after = 晚 { $by }发布

## 详情

details-empty = 未选择消息
details-empty-next = 点击一条消息，查看消息体、投递记录和属性
details-empty-none-next = 消息体、投递记录和属性会显示在这里
details-deliveries = 投递记录
details-message = 消息
details-damaged = 这条消息在途中损坏。{ $why }
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
md5 = MD5
md5-good = MD5 一致
md5-bad = MD5 不一致
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
notices-none-next = 后台出现的问题和已结束的任务会显示在这里
notices-clear = 清空
notice-config-not-written = 无法写入设置
notice-config-not-written-next = 请检查设置目录的空间和权限；修改在 mqscope 退出前有效
notice-port-taken = 其他程序占用了 { $wished }，沙箱改用 { $addr }
notice-port-taken-next = 请将 SDK 指向新地址，或结束占用端口的程序后恢复沙箱
notice-sandbox-in-memory = 沙箱的消息只在内存中，mqscope 退出后即丢失
notice-sandbox-time = 沙箱的时间仍处于调整后的状态
notice-sandbox-time-next = 打开沙箱可恢复为真实时间
notice-sandbox-failed = 沙箱未运行
notice-damaged = 收到 { $count } 条损坏的消息，首条：{ $why }
notice-damaged-next = 它们已列在表中；句柄可读时仍可确认
notice-no-keyring = 此系统没有可用的密钥环，密钥仅保留到 mqscope 退出
notice-no-keyring-next = 请安装并解锁密钥环（gnome-keyring、KWallet），然后重新保存连接
notice-read-only = 该连接为只读
notice-read-only-next = 如需发布、确认或更改，请在连接设置中解除只读

## 窗口中的沙箱：排除故障之后

sandbox-restore = 恢复沙箱
sandbox-restore-what = 沙箱将按原定的地址和数据目录重新启动。有 { $n } 条消息只在内存中，重启后即丢失
sandbox-restore-yes = 重新启动
sandbox-not-there = 原定监听 { $wished }
sandbox-in-memory = 消息只在内存中
reason-sandbox-wished = 沙箱已按原定设置运行，或未运行
reason-sandbox-restores = 沙箱正在重新启动
notice-sandbox-restored = 沙箱已恢复，监听 { $addr }
notice-sandbox-not-restored = 沙箱保持现状，其中的消息未受影响

## 沙箱为什么不能正常运行

obstacle-address-in-use = 其他程序占用了 { $listen }；请结束该程序，或换一个端口
obstacle-address = 无法监听 { $listen }；请使用本机的地址和大于 1023 的端口
obstacle-default-keys = 其他机器可以访问 { $listen }，而默认密钥人人皆知；请设置自己的密钥，或监听 127.0.0.1
obstacle-guessable-token = 其他机器可以访问 { $listen }，而 { $chars } 个字符的管理令牌容易被猜出；请至少使用 { $min } 个字符
obstacle-disk = 磁盘无法再写入；请腾出空间或恢复目录的权限，然后重新启动沙箱。已应答的消息都已保存
obstacle-in-use = { $path } 正被另一个 mqscope 使用；请停止它，或换一个数据目录
obstacle-refused = { $path } 无法使用；请解决该问题，或换一个数据目录
obstacle-version = { $path } 由其他版本的 mqscope 写入（版本 { $found }，本版本为 { $known }），未作改动；请使用那个版本，或换一个数据目录
obstacle-foreign = { $path } 不是沙箱写入的文件，未作改动；请换一个数据目录，或移走该文件
obstacle-stray = { $path } 是另一个存储的日志，未作改动；请放回它的 sandbox.redb，或移走该日志以不用它继续
obstacle-damaged-log = { $path } 已损坏，未作改动；请用完好的副本替换它和 sandbox.redb，或将它们全部移走以从空白开始
obstacle-damaged = { $path } 已损坏，未作改动；请用完好的副本替换它，或将它移走以从空白开始

## 应答或消息的哪里损坏了

damage-utf8 = 从第 { $at } 字节起不是 UTF-8
damage-nested = 第 { $at } 字节处的元素嵌套过深
damage-roots = 第 { $at } 字节处出现了第二个文档
damage-outside = 第 { $at } 字节处有文本在文档之外
damage-cdata = 第 { $at } 字节处出现 ]]>，XML 不允许
damage-entity = 第 { $at } 字节处的实体不是 XML 自带的
damage-doctype = 第 { $at } 字节处有文档类型声明，该协议中没有
damage-empty = 从第 { $at } 字节起没有任何元素
damage-tags = 第 { $at } 字节处的结束标签与已打开的不符
damage-cut = 从第 { $at } 字节开始的标签没有结尾
damage-open = 文本在第 { $at } 字节处结束，而 <{ $element }> 尚未闭合
damage-character = 第 { $at } 字节处的字符 { $code } 不能出现在 XML 中
damage-other = 第 { $at } 字节处的 XML 有误（{ $what }）
damage-missing = 缺少元素 <{ $element }>
damage-number = 元素 <{ $element }> 的内容“{ $text }”不是数字
damage-protocol = HTTP { $status }，内容为 { $found }，不是 RocketMQ 的 HTTP 协议

## 密钥环为什么不能存取密钥

keyring-none = 没有可用的密钥环（{ $said }）；请安装并解锁一个，例如 gnome-keyring 或 KWallet，然后重新启动 mqscope
keyring-locked = 密钥环已锁定或未设置（{ $said }）；请在桌面的密钥环程序中解锁后重试
keyring-many = 密钥环中有该连接的多个条目；请在密钥环程序中删除它们，再重新填写密钥
keyring-slow = 密钥环没有应答；请解锁后重试
keyring-not-kept = 密钥环没有保存该条目
keyring-off = 本次运行不使用密钥环
keyring-no-keys = 该连接没有密钥，请一并填写
keyring-damaged = 密钥环中该连接的条目无法读取，请重新填写密钥
keyring-failed = 密钥环出错（{ $said }）

## 读屏播报

announce-arrived =
    { $n ->
       *[other] 主题 { $topic }（消费组 { $group }）收到 { $count } 条消息
    }
announce-arrived-again =
    { $n ->
        [1] 主题 { $topic }（消费组 { $group }）收到 { $count } 条重投的消息
       *[other] 主题 { $topic }（消费组 { $group }）收到 { $count } 条消息，其中 { $again } 条为重投
    }
announce-soon =
    { $n ->
       *[other] 主题 { $topic } 有 { $count } 条消息即将返回消费组 { $group }，最早的还剩 { $secs } 秒
    }
announce-returned =
    { $n ->
       *[other] 主题 { $topic } 有 { $count } 条消息未确认，已返回消费组 { $group }
    }
announce-acked =
    { $n ->
       *[other] 已为消费组 { $group } 确认主题 { $topic } 的 { $count } 条消息
    }
announce-committed =
    { $n ->
       *[other] 已提交主题 { $topic } 的 { $count } 条半消息
    }
announce-rolled-back =
    { $n ->
       *[other] 已回滚主题 { $topic } 的 { $count } 条半消息
    }
announce-refused =
    { $n ->
       *[other] 服务端拒绝了主题 { $topic }（消费组 { $group }）的 { $count } 个确认
    }
announce-listens = 已恢复消费主题 { $topic }，消费组 { $group }
announce-stopped = 已停止消费主题 { $topic }，消费组 { $group }
announce-published =
    { $n ->
       *[other] 已成功发布 { $count } 条消息
    }
announce-resent =
    { $n ->
       *[other] 已处理 { $count } 条死信
    }
announce-run = 批量发布结束：成功 { $stored } 条，未成功 { $failed } 条
announce-exported = 导出结束，共写入 { $n } 条消息
announce-replayed = 重放结束，共发布 { $n } 条消息
announce-saved = 连接 { $name } 已保存
announce-column-moved = “{ $column }”现为第 { $place } 列，共 { $count } 列
announce-column-width = “{ $column }”的宽度：{ $width }
announce-column-rest = “{ $column }”占用剩余宽度
announce-info =
    { $n ->
        [1] 通知：{ $what }。{ $next }
       *[other] { $n } 条通知，最新：{ $what }。{ $next }
    }
announce-warning =
    { $n ->
        [1] 警告：{ $what }。{ $next }
       *[other] { $n } 条警告，最新：{ $what }。{ $next }
    }
announce-error =
    { $n ->
        [1] 错误：{ $what }。{ $next }
       *[other] { $n } 条错误，最新：{ $what }。{ $next }
    }

## 错误及处理

trouble-settings = 连接设置有误
trouble-settings-next = 请打开连接设置进行修改
trouble-no-keys = 该连接没有密钥
trouble-no-keys-next = 请打开连接设置，填写 Access Key 和 Secret Key
trouble-keyring = 无法读取密钥环
trouble-keyring-next = 请解锁密钥环，或在连接设置中填写密钥
trouble-sandbox-down = 沙箱未运行
trouble-sandbox-down-next = 请在沙箱名称下方启动它，或选择其他连接
trouble-admin-token = 沙箱的管理令牌缺失或不正确
trouble-admin-token-next = 请在连接设置中重新填写密钥，并粘贴沙箱启动时使用的令牌
trouble-busy = mqscope 正忙，无法处理
trouble-busy-next = 请稍候再试

## 错误卡片：含义、原因、处理方法

# 卡片的组成
card-causes = 可能的原因（按可能性排序）
card-next = 处理方法
card-raw = 原始响应
card-why = 查看原因
card-why-empty = 为什么没有消息？
card-why-empty-of = 为什么没有消息？{ $title }
card-why-of = 查看原因：{ $title }
card-copy = 复制全部
card-copy-raw = 复制原始响应
# 操作的结果
card-effect-publish = 消息未保存
card-effect-publish-doubt = 消息可能已保存：没有任何响应能确认结果
card-effect-consume = 没有从消费组取走任何消息
card-effect-consume-doubt = 如果丢失的响应中有消息，它们会在不可见时间（通常 5 分钟）结束后再次投递
card-effect-check = 没有取走任何半消息
card-effect-check-doubt = 如果丢失的响应中有半消息，下次回查时会再次给出
card-effect-ack = 未确认：如倒计时结束前未能确认成功，消息会再次投递
card-effect-ack-doubt = 确认可能已生效；如未生效，消息会在倒计时结束后再次投递
card-effect-commit = 未提交：半消息对消费者仍不可见，稍后会进入回查
card-effect-rollback = 未回滚：半消息仍未决定，稍后会进入回查
card-effect-decide-doubt = 该决定可能已生效；如未生效，半消息稍后会进入回查
card-effect-look = 当前显示的是上次看到的内容；没有任何改动
card-effect-change = 没有任何改动
card-effect-change-doubt = 改动可能已生效：没有响应能确认
card-effect-examine = 没有消费消息，也没有任何改动
card-effect-empty = 空轮询是正常响应，不是故障：服务端当前没有可给该消费组的消息
# 身份
card-signature = 签名不匹配：服务端用该密钥算出的签名与请求中的不同
card-cause-swapped = Access Key 与 Secret Key 填反（TDMQ：Access Key 填角色密钥，Secret Key 填角色名称）
card-cause-blank = 粘贴密钥时带入了空格或换行
card-cause-other-secret = Secret Key 属于另一个 Access Key 或实例，或已在控制台重置
card-cause-rewritten = 中间的代理改写了路径、查询参数、Date 或 Content-Type，这些都参与签名
card-next-copy-keys = 从控制台重新复制两个密钥，分别填入对应的字段
card-next-explain = 用签名调试器（窗口的“工具”菜单，或 mqscope explain）分析该请求：逐字节比较双方的待签名字符串并指出错误
card-access-key = 服务端不认识该 Access Key
card-cause-key-gone = 密钥已删除或停用，或其角色已移除
card-cause-other-cluster = 接入点所属的账号、地域或集群与请求的对象不一致
card-next-key-enabled = 在控制台确认密钥已启用，且接入点属于同一集群
card-denied = 该密钥无权使用此主题或消费组
card-denied-publish = 该密钥无权向此主题发布消息
card-denied-consume = 该密钥无权以此消费组消费该主题
card-denied-ack = 该密钥无权为此消费组确认、提交或回滚
card-denied-admin = 沙箱拒绝了该访问
card-cause-no-produce = 角色在该命名空间或主题上没有生产权限
card-cause-no-consume = 角色在该命名空间、主题或消费组上没有消费权限
card-cause-tcp-group = 消费组是 TCP 类型：一个消费组只能是 HTTP 或 TCP 之一
card-cause-other-topic = 主题或实例 ID 写错，命中了他人的资源
card-cause-other-group = 消费组或实例 ID 写错，或消费组不存在
card-cause-account = 账号欠费，或本机地址不在访问白名单中
card-cause-other-keys = 确认时使用的密钥、消费组或实例与消费时不同
card-cause-right-withdrawn = 取走消息之后消费权限被收回
card-next-grant-produce = 在控制台为角色授予该主题的生产权限
card-next-grant-consume = 在控制台为角色授予该主题和消费组的消费权限
card-next-topic-instance = 与控制台逐字核对主题、消费组和实例 ID
card-next-http-group = 使用 HTTP 类型的消费组，或新建一个
card-next-same-keys = 使用与消费时完全相同的密钥、主题、消费组和实例进行确认
card-http-closed = 该实例或消费组未开放 HTTP 访问
card-http-closed-publish = 该实例未开放 HTTP 访问
card-cause-http-off = 该实例的版本不支持 HTTP 访问，或未开启
card-cause-public-off = 未开启公网访问，而本机不在内网中
card-next-http-on = 在控制台开启 HTTP 访问，并使用其中显示的 HTTP 接入点
card-authorization-form = 服务端无法解析请求的 Authorization 头
card-authorization-missing = 请求到达时缺少 Authorization 头
card-cause-key-form = Access Key 中含有空格、冒号或换行
card-cause-header-changed = 代理或网关用自己的头替换了它
card-cause-header-dropped = 代理或网关丢弃了该请求头
card-cause-redirected = 请求在途中被重定向到其他主机，而重定向会丢弃该头
card-cause-other-service = 接入点属于另一种服务，要求不同的请求
card-next-around-proxy = 绕过代理：直接连接，或在内网机器上连接
card-next-headers-through = 让代理原样转发 Authorization、Date、Content-Type 和 x-mq-version
# 时间
card-clock = 请求时间与服务端时钟相差超过 15 分钟
card-clock-behind = 本机时钟比服务端慢 { $skew } 秒；超过 15 分钟会被拒绝
card-clock-ahead = 本机时钟比服务端快 { $skew } 秒；超过 15 分钟会被拒绝
card-cause-clock-drift = 本机时间有误：虚拟机休眠过、未同步时间或手动改过日期
card-cause-clock-held = 代理或队列延迟了请求，或请求被重放
card-cause-clock-sandbox = 服务端时钟有误；沙箱的时钟可能被调整过
card-next-clock = 开启时间同步（timedatectl set-ntp true 或系统设置），并核对日期
card-next-clock-sandbox = 如果是沙箱：在控制室把时钟恢复为真实时间
card-date-form = 服务端无法解析请求的 Date 头
card-date-missing = 请求到达时缺少 Date 头
card-cause-date-rewritten = 代理或网关改写了该请求头
card-cause-clock-nonsense = 本机时钟被设为不可能的年份
# 请求内容
card-argument = 服务端拒绝了请求中的某个值
card-argument-publish = 服务端拒绝了该消息中的某个值
card-argument-consume = 服务端拒绝了该次轮询中的某个值
card-argument-ack = 服务端拒绝了该次确认中的某个值
card-argument-admin = 沙箱拒绝了某个值
card-cause-property-sign = 标签、Key 或属性含有 " ' & < > : {"|"} 之一，或过长
card-cause-delay = 延迟超过服务端上限：TDMQ 为 40 天，阿里云 HTTP 为 3 天
card-cause-body-large = 消息体超过 4 MB；阿里云的定时消息和半消息上限为 64 KB
card-cause-half-time = 半消息首次回查时间不在 10 到 300 秒之间
card-cause-batch-wait = 批量不在 1 到 16 之间，或等待时间不在 0 到 30 秒之间
card-cause-group-name = 消费组为空、写错或含有不允许的字符
card-cause-trans = 该服务端不支持通过 HTTP 使用顺序消息或半消息
card-cause-handles-many = 一次请求中的句柄超过 16 个
card-cause-instance = 缺少实例 ID，或填了另一个实例的 ID
card-cause-admin-value = 名称不存在，或数值超出范围
card-cause-versions = 沙箱与当前 mqscope 的版本不同
card-next-server-words = 查看原始响应：服务端的说明通常会指出具体的值
card-next-leave-out = 先去掉延迟、属性、Key 和标签后发布，再逐个加回
card-next-batch-wait = 轮询批量最多 16，等待最多 30 秒
card-next-versions = 两端使用相同版本的 mqscope
card-digest = 请求的 Content-MD5 与到达内容的摘要不一致
card-cause-body-changed = 中间设备改动了请求体：代理转码、病毒扫描等
card-cause-digest-form = 自己的代码：该头是小写十六进制摘要的 base64，不是 16 字节原始摘要的 base64
card-next-digest-form = 不发送 Content-MD5（可选），或按实际发送的字节计算
card-url = 服务端不认识请求路径 /topics/…/messages
card-cause-path-prefix = 前置网关增加或去掉了部分路径
card-cause-topic-name = 主题名称中含有服务端无法在路径中识别的字符
card-next-endpoint-exact = 从控制台原样复制 HTTP 接入点：http(s)://主机[:端口]，后面不加任何内容
card-query = 服务端无法解析查询参数，或缺少参数
card-query-publish = 服务端无法解析查询参数：其中只有实例 ID
card-cause-query-rewritten = 代理对查询参数做了解码、排序或截断
card-cause-line-long = 请求行超过 1,024 个字符：标签过滤或名称过长
card-next-group-tag = 检查消费组，并去掉标签过滤后重试
card-xml = 服务端无法将请求解析为 XML
card-xml-publish = 服务端无法将该消息解析为 XML
card-xml-consume = 服务端在轮询中发现损坏的 XML，而轮询没有请求体
card-xml-ack = 服务端无法将句柄列表解析为 XML
card-cause-control-character = 消息体或属性含有 XML 无法承载的控制字符（U+0000 至 U+001F）
card-cause-request-cut = 代理截断了请求或改变了编码
card-cause-body-added = 中间设备为请求添加了请求体
card-cause-handle-character = 复制句柄时带入了不可见字符
card-next-base64 = 将消息体以 base64 发布，由消费者解码
card-next-find-character = 以十六进制查看消息体：该字符在文本中不可见
card-topic = 这里没有该名称的主题
card-topic-publish = 这里没有可供发布的该主题
card-topic-consume = 这里没有可供消费的该主题
card-topic-ack = 确认所指的主题不存在
card-cause-topic-misspelt = 名称写错：大小写、连字符和下划线都要一致
card-cause-no-dead-letters = 死信主题在消费组出现第一条死信时才会产生
card-cause-other-topic-acked = 确认所指的主题或实例与消费时不同
card-cause-topic-deleted = 主题已被删除
card-next-create-topic = 在控制台创建主题（沙箱：若允许首次使用时创建，发布一条即可）
card-next-same-topic = 使用消费该消息时的主题、消费组和实例
# 句柄与消息
card-empty = 没有消息：本次轮询为空
card-empty-halves = 没有需要回查的半消息
card-cause-all-consumed = 该消费组已确认主题中的全部消息
card-cause-others-hold = 消费组内其他消费者正持有消息；到期后会返回
card-cause-tag-filter = 标签过滤没有匹配的消息
card-cause-not-due = 现有消息未到投递时间，或在等待同一分区键的前一条消息
card-cause-no-halves = 所有半消息都已提交或回滚
card-cause-half-not-due = 首次回查时间未到
card-next-nothing = 无需处理：下次轮询会取走新消息
card-next-publish-one = 如需验证，可向该主题发布一条消息
card-late-ack = 该句柄已失效：过期、被新的投递取代或已使用
card-cause-ack-lost = 本次请求之前的尝试已成功，但响应丢失
card-cause-ack-late = 确认晚于消息的 NextConsumeTime：倒计时已结束
card-cause-superseded = 消息已再次投递：只有最新一次投递的句柄有效
card-cause-acked-already = 已被本程序或其他程序确认
card-next-newest-handle = 等消息再次投递，在倒计时结束前用新句柄确认
card-next-ack-sooner = 每次少取一些并在处理完后立即确认：自消费起 5 分钟，顺序消息 1 分钟
card-next-idempotent = 让处理具备幂等性：未及时确认的消息会被再次处理
card-late-decision = 该句柄已不能用于决定：半消息已超时或已决定
card-cause-decision-late = 决定晚于发布时设置的回查时间
card-cause-check-superseded = 回查再次给出了半消息：只有最新的句柄有效
card-cause-decided-already = 已经提交或回滚
card-next-check-halves = 回查该主题的半消息，用新句柄做决定
card-next-decide-sooner = 发布半消息时设置更长的回查时间（最长 300 秒）
card-not-exist-publish = 服务端把发布当成了轮询
card-taken-for-ack = 服务端把请求当成了确认
card-cause-method-changed = 代理或网关改变了请求方法
card-gone = 操作的对象已不存在
card-cause-gone = 已被确认、删除或移走
card-next-look-again = 查看最新计数后再决定
card-no-handle = 确认请求到达时没有句柄
card-cause-body-dropped = 代理或网关丢弃了 DELETE 的请求体（有些会这样）
card-cause-no-handles = 自己的代码：句柄列表为空
card-handle = 发送的内容不是句柄
card-handle-half = 发送的内容不是半消息的句柄
card-cause-handle-cut = 复制句柄时被截断或改动：换行、引号、不完整
card-cause-message-id = 填的是消息 ID，不是句柄
card-cause-handle-plain = 填的是普通投递的句柄，不是半消息的
card-cause-handle-elsewhere = 句柄属于另一个主题、消费组或服务端
card-next-handle-whole = 完整复制最新一次投递的句柄
card-next-handle-half = 使用发布响应或最新一次回查中的句柄
# 服务端故障
card-qps = 每秒请求过多
card-qps-publish = 每秒请求过多：该消息被拒绝
card-qps-consume = 每秒请求过多：本次轮询被拒绝
card-qps-ack = 每秒请求过多：本次确认被拒绝
card-cause-qps-many = 发布速率超过实例限额
card-cause-qps-shared = 其他程序也在使用该实例：限额由所有程序共享
card-cause-qps-polls = 不等待的轮询：每次空轮询都算一次请求
card-cause-qps-single-acks = 逐条确认消息：每次确认都算一次请求
card-next-slower = 降低发布速率，一秒后重试该消息
card-next-long-poll = 使用 30 秒等待和 16 条批量轮询：同样的消息请求更少
card-next-ack-together = 一次请求确认最多 16 个句柄
card-next-raise-limit = 在控制台提高实例限额
card-next-wait = 稍候再试
card-server = 沙箱内部出错
card-server-publish = 服务端接收消息时出错
card-server-consume = 服务端响应轮询时出错
card-server-ack = 服务端处理确认时出错
card-cause-restart = Broker 正在重启或切换节点
card-cause-overload = 服务端过载或磁盘已满
card-cause-sandbox-disk = 沙箱无法写入磁盘
card-next-look-first = 重新发布前，先（在消费视图中按 Key）确认消息是否已存在
card-next-again = 稍后重试
card-next-ack-again = 在倒计时结束前再次确认：句柄已使用也无妨
card-next-vendor = 如仍出现，请将时间和原始响应提供给厂商
card-next-vendor-id = 如仍出现，请将请求 ID { $id } 提供给厂商
card-next-sandbox-log = 如仍出现，请查看沙箱的标准错误输出
card-other = 服务端以 { $code } 拒绝，该错误码不在厂商列表中
card-other-server = 服务端以 { $code } 报错，该错误码不在厂商列表中
card-refused = 服务端拒绝了请求但没有错误码
card-cause-vendor-code = 较新的或厂商自定义的错误码
# 沙箱管理 API
card-token = 该管理令牌与沙箱启动时使用的不一致
card-token-missing = 沙箱需要管理令牌
card-cause-token-other = 沙箱已用另一个令牌重启，或是另一个沙箱
card-cause-token-none = 该连接没有管理令牌
card-next-token = 将沙箱启动时的令牌（MQSCOPE_SANDBOX_ADMIN_TOKEN）粘贴到连接设置
card-admin-off = 沙箱启动时未设置管理令牌，因此不允许管理
card-cause-admin-off = 启动时未设置 MQSCOPE_SANDBOX_ADMIN_TOKEN
card-next-admin-on = 设置 MQSCOPE_SANDBOX_ADMIN_TOKEN 后重启沙箱，并将令牌填入连接设置
card-admin-call = 沙箱不认识该调用
card-no-admin = { $endpoint } 没有管理 API
card-cause-real-broker = 它是真实的 Broker：只有 mqscope 沙箱提供管理 API
card-cause-path-blocked = 前置网关没有转发 /_mqscope 路径
card-next-sandbox-only = 选择沙箱连接，或检查其接入点
# 发送之前
card-bad-request = 接入点和名称无法组成请求
card-cause-names = 接入点、主题、消费组或实例 ID 不正确
card-next-form = 打开连接设置进行修改
card-bad-key = { $about } 中含有 HTTP 头无法承载的字符
card-cause-key-line = 粘贴时带入了换行
card-cause-key-foreign = 含有非 ASCII 字符：全角符号、排版引号或破折号
card-bad-proxy = 该连接的代理写法不可用
card-cause-proxy-form = 不是 URL：缺少斜杠、端口或主机
card-cause-proxy-kind = 它是 SOCKS 代理；仅支持 HTTP 代理
card-next-proxy-form = 写成 http://主机:端口 或 http://用户:密码@主机:端口
card-bad-ca-file = CA 文件 { $about } 不可用
card-cause-file-gone = 文件已移走，或当前用户无权读取
card-cause-file-kind = 它不是证书：是密钥、压缩包或不完整的文件
card-next-ca-file = 提供 CA 证书文件（PEM 或 DER）
card-no-client = 无法在本机建立 HTTPS
card-cause-no-store = 无法读取系统的受信任证书库
card-next-store = 安装或修复系统证书（ca-certificates）
# 无法连接
card-connect-timeout = { $endpoint } 既不接受连接也不拒绝
card-cause-firewall = 防火墙或安全组丢弃了数据包
card-cause-inside-address = 它是内网地址，而本机在外网
card-cause-port = 端口不对
card-next-security-group = 在防火墙和安全组中放行本机地址和该端口
card-next-public-endpoint = 使用公网接入点，或在内网机器上连接（VPN、跳板机）
card-unknown-host = 无法解析 { $endpoint } 的主机名
card-cause-host-misspelt = 主机名写错
card-cause-inside-name = 该名称仅在内网可解析
card-cause-dns = 本机 DNS 没有响应
card-nothing-here = 本机没有程序监听 { $endpoint }
card-nothing-listens = { $endpoint } 没有程序监听
card-cause-not-started = 服务未启动，或已自行停止
card-cause-refusing-firewall = 防火墙拒绝了连接
card-next-start-sandbox = 启动服务。窗口自带的沙箱：点击“恢复沙箱”；其他沙箱：mqscope sandbox --listen 指定该端口
card-next-port = 与服务启动时打印的端口核对
card-next-server-up = 确认服务端正在运行
card-proxy-unreachable = 代理 { $about } 拒绝连接
card-cause-proxy-off = 代理未运行，或监听其他端口
card-cause-proxy-elsewhere = 该代理不适用于本机所在的网络
card-next-proxy = 启动代理，或在连接设置中修改或移除
card-not-connected = 无法连接 { $endpoint }
card-cause-no-network = 本机没有网络，或 VPN 已断开
card-next-network = 检查网络后重试
card-next-doctor = 逐项检查连接：在连接设置中点“检查连接”，或运行 mqscope doctor
# 连接不可信
card-authority = { $endpoint } 的证书由本机不信任的 CA 签发
card-cause-private-authority = 服务端使用私有 CA 签发的证书
card-cause-inspecting-proxy = 公司代理或杀毒软件拦截了 TLS 并换上自己的证书
card-cause-chain = 服务端没有发送中间证书
card-next-add-ca = 将该 CA 的证书（PEM）作为 CA 文件添加到连接
card-next-not-off = 不要改用 http://：签名和消息将以明文传输
card-wrong-ca-file = { $endpoint } 的证书不是由 { $about } 中的 CA 签发
card-cause-other-authority = 服务端已更换 CA，或该文件属于另一个服务端
card-next-right-ca = 获取签发该证书的 CA 证书；不设 CA 文件时使用系统 CA
card-certificate-expired = { $endpoint } 的证书已过期
card-cause-not-renewed = 证书未及时续期
card-cause-clock-late = 本机时钟偏快
card-next-renew = 让服务端续期证书
card-certificate-early = { $endpoint } 的证书尚未生效
card-cause-clock-early = 本机时钟偏慢
card-cause-new-certificate = 证书刚刚签发
card-certificate-name = { $endpoint } 的证书属于另一个名称
card-cause-by-address = 使用了 IP 地址或短名称访问
card-cause-other-host = 该名称由另一台服务器应答：DNS 或负载均衡指向别处
card-next-certificate-name = 使用证书对应的主机名：原始响应中有列出
card-bad-certificate = { $endpoint } 的证书不可用
card-cause-self-signed = 它是自签名证书而非由 CA 签发，或不能用于服务端
card-next-issue = 由 CA（私有 CA 也可）签发服务端证书
card-plain-where-tls = { $endpoint } 返回明文，而 https:// 需要 TLS
card-cause-plain-port = 该端口用于 http://
card-cause-plain-proxy = 由使用明文的代理代为应答
card-next-write-http = 如网络可信：接入点改写为 http://
card-next-tls-port = 或使用 TLS 端口，通常为 443
card-handshake-ended = { $endpoint } 在 TLS 握手中断开了连接
card-cause-no-such-name = 服务端或负载均衡没有该名称的证书
card-cause-client-certificate = 服务端要求客户端证书，而该协议不支持
card-handshake-failed = 与 { $endpoint } 的 TLS 握手失败
card-cause-tls-version = 服务端只支持 TLS 1.1 及更早版本，或已不安全的加密套件
card-next-tls-version = 让服务端支持 TLS 1.2 或 1.3
# 已发送，但没有完整响应
card-no-answer = { $endpoint } 响应超时
card-no-answer-within = { $endpoint } 在 { $secs } 秒内没有响应
card-cause-poll-held = 代理或负载均衡滞留了长轮询的响应
card-cause-tcp-waits = 该端口不是 HTTP：RocketMQ 的 TCP 端口在等待更多数据
card-next-shorter-poll = 缩短轮询等待时间，例如 10 秒
card-next-endpoint-http = 使用控制台中的 HTTP 接入点；TCP 接入点和网页地址不可用
card-stalled = { $endpoint } 的响应中途停止
card-cause-line-lost = 网络中断：VPN、Wi-Fi 或防火墙清除了连接
card-closed = { $endpoint } 接收请求后未作响应就关闭了连接
card-cause-tcp-closes = 它是 RocketMQ 的 TCP 端口，收到 HTTP 会关闭连接
card-cause-crashed = 服务端在此期间重启或崩溃
card-cause-idle = 代理或负载均衡已关闭空闲连接
card-cause-tls-wanted = 该端口需要 TLS，缺少 https://
card-cut-off = 与 { $endpoint } 的连接在响应中途断开
card-cause-proxy-cuts = 代理截断了过长或过慢的响应
card-next-fewer = 每次少取一些消息
# 应答的是其他服务
card-rocketmq-port = { $endpoint } 是 RocketMQ 的 TCP 端口，不是 HTTP 端口
card-cause-rocketmq-port = 它是 NameServer 或 Broker 的端口（9876、10909、10911），供官方 TCP 客户端使用
card-tls-where-plain = { $endpoint } 使用 TLS，而请求未加密
card-cause-tls-port = 该端口用于 https://
card-next-write-https = 接入点改写为 https://
card-http2 = { $endpoint } 只使用 HTTP/2，是 gRPC 端口
card-cause-grpc = 它是 RocketMQ 5 的 gRPC 端口（8081），供 5.x 客户端使用
card-proxy-login = 中间的代理要求用户名和密码（HTTP 407）
card-cause-proxy-password = 代理的用户名或密码缺失或错误
card-cause-proxy-kind-login = 代理要求 Windows 登录（NTLM、Kerberos），连接无法提供
card-next-proxy-user = 将代理写成 http://用户:密码@主机:端口
card-redirect = { $endpoint } 返回重定向，Broker 不会这样（HTTP { $status }）
card-redirect-to = { $endpoint } 重定向到 { $about }，Broker 不会这样（HTTP { $status }）
card-cause-https-wanted = 网关把 http:// 转到 https://
card-cause-sign-on = 前面有单点登录
card-cause-web-address = 它是网页地址：控制台地址而非接入点
card-gateway = 网关代替 Broker 应答：无法连接到 Broker（HTTP { $status }）
card-cause-broker-down = 网关后面的 Broker 已停止或正在重启
card-cause-gateway-cuts = 网关的等待时间短于长轮询（504）
card-cause-proxy-cannot = 本地代理无法访问该接入点
card-next-broker-up = 确认 Broker 正在运行，稍后重试
card-next-gateway-time = 将网关读取超时设为 35 秒以上，或缩短轮询等待时间
card-login = 返回的是登录页面，不是 Broker
card-login-titled = 返回的是登录页面，不是 Broker：“{ $about }”
card-cause-captive = 网络要求先登录：酒店、公司网络或 VPN 过期
card-cause-console = 它是控制台或其他网页应用的地址
card-next-log-in = 用浏览器打开任意网页登录网络后重试
card-page = 返回的是网页，不是 Broker（HTTP { $status }）
card-page-titled = 返回的是网页，不是 Broker：“{ $about }”（HTTP { $status }）
card-cause-web-server = 该端口是网页服务器，或网关没有到 Broker 的路由
card-next-path-through = 如果 Broker 前有网关：让其原样转发 /topics/
card-json = 另一个服务以 JSON 应答（HTTP { $status }）
card-cause-json-service = 该端口是其他服务：REST API、Elasticsearch、监控接口等
card-cause-api-gateway = API 网关在到达 Broker 之前就拒绝了
card-other-service = 有其他 HTTP 服务应答，不是 Broker（HTTP { $status }）
card-not-http = { $endpoint } 的应答不是 HTTP
card-cause-tcp-speaks = 该端口是使用其他协议的服务：RocketMQ TCP、SSH、Redis、数据库等
# 响应不可用
card-unreadable = 无法解析 { $endpoint } 的响应
card-unreadable-publish = 发布的响应是损坏的 XML
card-unreadable-consume = 收到的消息列表是损坏的 XML
card-unreadable-ack = 确认的响应是损坏的 XML
card-cause-answer-cut = 响应在途中被截断，但 HTTP 层认为完整
card-cause-answer-changed = 中间设备改动了响应：转码、压缩、扫描
card-cause-illegal-answer = 消息中含有 XML 无法承载的字符，而服务端未拦截
card-too-long = { $endpoint } 的响应超过了可能的最大长度
card-cause-huge-bodies = 一批中有多条数兆字节的消息
card-other-question = { $endpoint } 的响应对应另一个请求
card-cause-mixed-up = 代理或缓存混淆了响应

## 诊断：每一项检查、看到了什么、该怎么做

doctor-line = { $title }：{ $evidence }
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
doctor-signature-wrong-next = { $kind ->
    [tdmq] 请检查 Secret Key（SK），首尾不要有空格；它是角色名称
    [aliyun] 请检查 AccessKey Secret，首尾不要有空格
    [sandbox] 请检查 SecretKey，首尾不要有空格
   *[unknown] 请检查 SecretKey，首尾不要有空格；TDMQ 中它是角色名称
}。用签名调试器（mqscope explain）可以看出请求差在哪里
doctor-signature-unknown = AccessKey 不存在
doctor-signature-unknown-next = { $kind ->
    [tdmq] 请检查 Access Key（AK）；它是角色密钥
    [aliyun] 请检查 AccessKey ID
    [sandbox] 请检查 AccessKey
   *[unknown] 请检查 AccessKey；TDMQ 中它是角色密钥
}。两个密钥是否填反了？
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
code-filled = 变量已按下一条消息填入，程序每次发送相同内容
code-filled-row = 变量已按文件的第一行填入，程序每次发送相同内容
code-body-file = 消息体过长，不适合写入程序：请另存为程序旁的 { $file }
code-copy = 复制代码
close = 关闭
code-open = 生成代码…

## 沙箱控制台

control-title = 沙箱
control-open = 查看沙箱内部
control-looking = 正在查看沙箱…
control-statistics = 发布 { $published } · 投递 { $delivered } · 重投 { $redelivered } · 确认 { $acked } · 死信 { $dead } · 拒绝 { $refused } · 等待中的长轮询 { $parked }
control-no-topics = 暂无主题
control-no-topics-next = 首次发布或消费时自动创建
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
control-peek-empty-next = 发布一条，或查看其他主题
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

## 图表

plots-title = 图表
plots-open = 查看图表
plots-all = 全部
plots-all-name = 全部连接和视图
plots-connection = 当前连接
plots-view = 当前视图
plots-hold = 冻结
plots-resume = 继续
plots-held = 冻结于 { $time }
plots-none = 冻结时尚无此项数据
plots-arrived = 收到
plots-errors = 错误
plots-troubles = 每秒重投和错误
plots-in-flight = 持有的消息
plots-held-messages = 持有
plots-publish-latency = 发布延迟
plots-consume-latency = 消费延迟（发布至收到）
plots-round-trips = 确认与拉取（含等待）的往返时间
plots-ack-median = 确认 p50
plots-poll-median = 拉取 p50
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
purge-title = 清空主题 { $topic }
purge-what = 将为所有消费组移除 { $n } 条消息，无法恢复
purge-yes = 清空
delete-title = 删除 { $name }
delete-topic-what = 其消息与消费组将一并删除，无法恢复
delete-topic-yes = 删除主题
delete-group-what = 消费进度将丢失，再次消费时视为新的消费组
delete-group-yes = 删除消费组
reset-title = 重置消费组 { $group }
reset-what = 消费组将从所选位置重新消费，更早的消息视为已完成
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
history-open = 历史：从这里发布过的消息
history-filter = 过滤历史
history-filter-hint = 主题、标签、Key、ID、错误码、消息体…
history-time = 时间
history-outcome = 结果
history-latency = 耗时
history-row = { $at }，{ $topic } { $key }
history-close = 关闭详情
history-reading = 正在读取…
history-none-next = 每条发布过的消息都会列在这里，重启后仍在
history-show-all = 显示全部历史
history-none = 还没有从这里发布过消息
history-not-found = 历史中没有匹配的记录
history-gone = 该记录已不存在
history-skipped = 已跳过 { $n } 条损坏的记录
history-full = 显示最新的 { $n } 条；更早的记录可用过滤查找
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

## 请求记录

traffic-title = 请求记录
traffic-open = 请求记录：与各 Broker 的全部请求
traffic-filter = 过滤请求记录
traffic-filter-hint = 路径、ID、错误码、请求头…
traffic-filter-help = 支持关键词（不区分大小写）、"带空格的词"、/正则/i、method:x、path:x、status:x、code:x、id:x、header:x、body:x、is:failed / retried / empty / slow / reused / cut / publish / consume / ack / commit / rollback / knock / admin；-x 表示排除
traffic-filter-is = 没有 { $found } 这种请求，可用 failed、retried、empty、slow、reused、cut、publish、consume、ack、commit、rollback、knock、admin
traffic-all-connections = 全部连接
traffic-all-kinds = 全部操作
traffic-all-statuses = 全部状态码
traffic-kind = 操作
traffic-status = 状态码
traffic-method = 方法
traffic-path = 路径
traffic-duration = 耗时
traffic-attempt = 第几次
traffic-size = 内容大小
traffic-request-id = 请求 ID
traffic-publish = 发布
traffic-consume = 消费
traffic-ack = 确认
traffic-commit = 提交
traffic-rollback = 回滚
traffic-knock = 无签名探测
traffic-admin = 沙箱控制
traffic-2xx = 2xx 成功
traffic-3xx = 3xx 重定向
traffic-4xx = 4xx 被拒绝
traffic-5xx = 5xx 服务端错误
traffic-no-reply = 没有响应
traffic-empty = 暂无消息
traffic-messages = { $n } 条消息
traffic-handles-done = { $n } 个成功
traffic-handles-refused = { $n } 个被拒绝
traffic-answered = 已响应
traffic-abandoned = 已放弃
traffic-not-sent = 未发出
traffic-no-connection = 连接失败
traffic-no-tls = TLS 失败
traffic-timeout = 超时
traffic-interrupted = 连接中断
traffic-refused = 被拒绝
traffic-foreign = 非本协议
traffic-damaged = 响应损坏
traffic-row = 请求 { $n }，{ $kind }，{ $outcome }，第 { $attempt } 次
traffic-count = 共 { $all } 条，{ $size }
traffic-shown = 显示 { $shown } / { $all } 条
traffic-evicted = 较早的 { $n } 条已清除以腾出空间
traffic-missed = 瞬时请求过多，{ $n } 条未记录
traffic-paused = 已暂停记录
traffic-searching = 搜索中…
traffic-none-next = 发布或消费后，每个请求及其响应都会列在这里
traffic-show-all = 显示全部请求
traffic-none = 还没有任何请求
traffic-not-found = 没有符合过滤条件的请求
traffic-pause = 暂停记录
traffic-resume = 继续记录
traffic-clear = 清空记录
traffic-of = 查看请求
traffic-explain = 分析签名
traffic-close = 关闭详情
traffic-summary = 概要
traffic-request = 请求
traffic-reply = 响应
traffic-signed = 待签名字符串
traffic-signed-what = 双方签名的内容：方法、Content-MD5、Content-Type、Date、x-mq- 请求头、路径与查询参数
traffic-not-signed = 该请求没有签名
traffic-pretty = 缩进显示
traffic-reveal = 显示签名
traffic-no-reply-came = 没有收到响应
traffic-cut = 仅保留了 { $size } 中的前 { $kept }
traffic-odd = { $n } 个字节不是文本，以 \xFF 形式显示
traffic-copy = 复制该请求
traffic-copy-curl = 复制为 curl
traffic-copy-script = 复制为重新签名的脚本
traffic-copy-text = 复制为文本
traffic-copy-request-body = 复制请求体
traffic-copy-reply-body = 复制响应体
traffic-copy-signed = 复制待签名字符串
traffic-copy-redacted = 不含签名
traffic-number = 请求编号
traffic-remote = 对端地址
traffic-sizes = 发送 { $sent }，收到 { $came }
traffic-skew = 服务端时钟
traffic-skew-none = 与本机一致
traffic-dns = DNS
traffic-connect = TCP
traffic-connect-all = 建立连接
traffic-tls = TLS
traffic-first-byte = 首字节
traffic-body = 响应体
traffic-total = 共 { $total } · { $how }
traffic-connection-new = 新建连接
traffic-connection-reused = 复用已有连接
traffic-connection-none = 连接未建立
traffic-about = 消息
traffic-show-message = 查看消息
traffic-show-history = 在历史中查看
traffic-save = 保存…
traffic-save-title = 保存请求记录
traffic-save-text = 文本
traffic-save-what = 不含签名与令牌；包含 AccessKey 和消息内容
traffic-save-yes = 保存
traffic-saved = { $n } 条请求已保存到 { $path }
traffic-not-saved = 无法保存请求记录
traffic-not-saved-next = 请检查目录、权限和剩余空间，然后重试
traffic-not-saved-there = 同名文件已存在：请换一个文件名，或同意替换
delivery-poll-request = 消费请求
delivery-ack-request = 确认请求
delivery-decision-request = 提交或回滚请求

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
banner-ordered = 顺序消费：同一分区键已取出的消息全部确认后，{ $group } 才会收到后续消息

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
half-row = { $topic } { $key } { $id }
half-open = 等待提交或回滚
halves-none = 没有可显示的半消息
halves-none-next = 要发布半消息，请在发布表单的“分区键、半消息…”中勾选“半消息”
halves-dropped = 有 { $n } 条未决定的半消息不再列出；用“半消息回查”视图可以取到
halves-forget = 隐藏已结束的
half-commit = 提交
half-commit-this = 提交这一条
half-rollback = 回滚
half-rollback-this = 回滚这一条
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
half-commit-progress = 正在提交 { $done } / { $total }
half-rollback-progress = 正在回滚 { $done } / { $total }
half-commit-ended = 已提交 { $acked } / { $total }
half-rollback-ended = 已回滚 { $acked } / { $total }
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

## 命令行：帮助
#
# 键与命令对应："cli-admin-peek" 说明命令的用途，"-long" 为补充说明，"-more" 显示在选项之后。
# "cli-admin-peek--limit" 是一个参数；没有命令名的 "--instance" 由多个命令共用；"-long" 仅在
# --help 中显示，取值的说明以取值为后缀。每行最多 80 列（汉字占两列）；尖括号中的内容不翻译。

cli = 查看使用 RocketMQ HTTP 协议的消息队列：图形界面、沙箱 Broker 与脚本命令
cli-long =
    查看使用 RocketMQ HTTP 协议的消息队列（腾讯云 TDMQ RocketMQ 版、阿里云 RocketMQ
    4.x，以及 mqscope 内置的沙箱 Broker）。

    不带命令时打开图形界面。
cli-more =
    密钥：
      取自环境变量 MQSCOPE_ACCESS_KEY、MQSCOPE_SECRET_KEY（临时密钥还需要
      MQSCOPE_SECURITY_TOKEN），或通过 --profile 取自系统密钥环。不支持用参数传递，
      否则本机任何进程都能读到。

    输出：
      结果以 JSON 写入 stdout，每行一个对象；错误以 JSON 写入 stderr。
      字段名、错误码和 kind 不随语言变化；只有给人看的文字（meaning、next_step，
      以及 mqscope 自身错误的 message）随语言变化。

    语言：
      依次取 --lang、MQSCOPE_LANG、系统区域设置。图形界面优先使用自己的设置。

    退出码：
      0  成功
      1  服务端拒绝，或响应无法解析；explain：签名不正确
      2  用法错误；或当前环境无法打开图形界面
      3  没有消息
      4  无法连接，或对方不是此协议；sandbox：地址无法监听

    环境变量：
      MQSCOPE_CONFIG_DIR      config.toml 所在目录，替代系统默认目录
      MQSCOPE_DATA_DIR        图形界面及其沙箱的数据目录，替代系统默认目录
      MQSCOPE_SANDBOX_LISTEN  图形界面中沙箱的监听地址，默认 127.0.0.1:8080；
                              端口填 0 则自动选择
      MQSCOPE_LANG            en 或 zh-CN，同 --lang

    示例：
    { $examples }
cli-publish = 发布一条消息
cli-publish-more =
    输出 { "{" }"message_id":…,"body_md5":…,"request_id":…{ "}" }。

    示例：
    { $examples }

    退出码：
      0  已发布
      1  服务端拒绝，错误见 stderr
      2  用法错误，或协议无法承载该消息：未发送任何内容
      4  无法连接；"outcome_unknown":true 表示消息可能已写入
cli-consume = 以消费组身份拉取消息并输出
cli-consume-more =
    查看即消费：消息会从消费组中取走，直到被确认，或到 next_consume_time 后重新可见。

    不带 --max 和 --follow 时只拉取一次。带 --max 时持续拉取，直到达到数量或没有消息；
    带 --follow 时持续拉取，直到被停止（Ctrl+C、SIGTERM）。停止时会等待正在进行的拉取
    结束，避免消息已取走却未输出；再次停止则立即退出。拉取成功过一次之后，--follow 会
    报告可恢复的故障（例如服务重启）并继续。

    每条消息输出一个 JSON 对象：message_id、body、body_md5、tag、key、properties、
    publish_time、first_consume_time、next_consume_time（Unix 毫秒）、consumed_times、
    receipt_handle。无法解析的消息写入 stderr，且不会被确认。

    示例：
    { $examples }

    退出码：
      0  已输出消息（带 --ack 时已确认）
      1  服务端拒绝、消息损坏，或有确认被拒绝
      2  用法错误：未发送任何内容
      3  没有消息
      4  无法连接
cli-ack = 按句柄确认消息
cli-ack-more =
    每个句柄输出 { "{" }"receipt_handle":…,"acked":true{ "}" }；被拒绝时输出
    { "{" }"receipt_handle":…,"acked":false,"code":…,"message":…{ "}" }。

    句柄只属于一次投递，在该次投递的 next_consume_time 之前有效。

    示例：
    { $examples }

    退出码：
      0  全部已确认
      1  至少一个被拒绝
      2  用法错误：未发送任何内容
      4  无法连接；未输出的句柄是否已确认未知
cli-doctor = 逐项诊断到服务端的连接
cli-doctor-more =
    依次检查：域名解析、TCP、TLS（证书链、有效期、域名）、HTTP、协议、时钟、签名、
    主题、消费组。前置检查失败的项目会跳过。不会消费消息，除非指定 --consume：只有
    消费才能证明消费组可用，它会取走一条消息，直到不可见时间结束。

    示例：
    { $examples }

    退出码：
      0  已检查的项目均正常
      1  存在问题
      2  用法错误：未发送任何内容
cli-explain = 分析请求签名被拒绝的原因
cli-explain-more =
    可读取 HTTP 请求、curl 命令或 SDK 日志（Java：HttpClient wire 日志；Go：
    httputil.DumpRequestOut；PHP 和 C++：curl -v；C#：HttpRequestMessage；Node：
    DEBUG=mq:client；Python：http.client 的 debuglevel 或 SDK 的 logger），格式自动识别。
    如果文本中还有服务端的响应，也会一并使用。有多个请求时以最后一个为准。

    密钥应为该请求签名时应当使用的密钥；没有密钥时给出能判断的部分。输出中不会出现
    密钥、令牌或签名。

    日志通常是事后查看的，因此 Date 较早本身不算错误：只有指定 --at，或响应中带有
    服务端时间时才会检查。

    示例：
    { $examples }

    退出码：
      0  签名正确
      1  签名不正确，或没有密钥无法判断
      2  用法错误，或内容不是可识别的请求
cli-sandbox = 在前台运行沙箱 Broker，不打开图形界面
cli-sandbox-more =
    开始接受请求后在 stdout 输出 `listening on http://ADDR`，收到 SIGINT 或 SIGTERM 后
    正常退出。退出后数据不保留；用 --data-dir 指定目录后，已响应的数据即使崩溃也不会
    丢失，调整过的时钟同样保留。

    没有配置文件时，主题和消费组在首次使用时自动创建。配置文件可以定义多组密钥及其
    权限、主题与消费组的类型、各项限制：--print-config 输出全部设置。命令行参数优先于
    配置文件。

    客户端使用 MQSCOPE_SANDBOX_ACCESS_KEY 和 MQSCOPE_SANDBOX_SECRET_KEY 中的密钥签名，
    优先于配置文件；默认为 `sandbox` 和 `sandbox-secret`。默认密钥是公开的，因此使用
    默认密钥时只监听本机。

    在 MQSCOPE_SANDBOX_ADMIN_TOKEN 中设置令牌后，持有该令牌的人可以使用管理 API（见
    `mqscope admin --help`）；未设置则管理 API 关闭。

    故障：
      OPERATION  publish、consume、ack（含 commit 和 rollback）或 any
      TOPIC      主题，* 表示任意主题
      FAULT      latency=50ms、latency=50ms..2s   延迟后执行
                 stall=5s                         consume：有消息也不返回
                 access-denied 或 403、signature-does-not-match、
                 time-expired 或 408、internal-error 或 500、
                 qps-limit-exceeded 或 qps
                 unavailable 或 503               503，带协议错误
                 unavailable-text 或 503-text     503，纯文本，类似代理
                 drop-before                      无响应，且未执行
                 drop-after                       无响应，但已执行
                 truncate                         publish、consume：响应 XML 截断一半
                 illegal-character                consume：首条消息体中含 U+0001
                 partial-ack、partial-ack-internal-error
                                                  ack：只处理前一半句柄
      WHEN       next=N：接下来 N 个请求；p=P：每个请求按概率 P；省略则始终生效
    每个请求只应用第一条命中的规则。隐藏或破坏响应的故障只作用于有内容的响应：空拉取
    正常返回且不计数。延迟按真实时间计算，最长一小时。

    示例：
    { $examples }

    退出码：
      0  收到 SIGINT 或 SIGTERM 后退出
      1  数据目录不可用：已损坏、版本不符、被占用或不可写
      2  用法错误，或配置文件有误：stderr 指出行号与列号
      4  地址无法监听，例如已被其他程序占用
cli-admin = 查看运行中的沙箱，并调整其时间
cli-admin-more =
    结果输出为一个 JSON 对象；metrics 为 Prometheus 文本格式，refusals 默认为供人阅读的
    文本，带 --json 时为 JSON。时间均为 Unix 毫秒。

    令牌取自 MQSCOPE_SANDBOX_ADMIN_TOKEN，须与启动沙箱时一致。

    示例：
    { $examples }

    退出码：
      0  成功
      1  沙箱拒绝，例如令牌错误
      2  用法错误：未发送任何内容
      4  无法连接，或对方不是沙箱
cli-help = 显示本帮助，或某个命令的帮助

# 多个命令共用的参数
cli--lang = 提示文字的语言：en 或 zh-CN，默认跟随系统
cli--help = 显示帮助：-h 为摘要，--help 为完整内容
cli--version = 显示版本
cli--explain = 失败后在 stderr 说明含义、可能原因、处理办法与原始响应
cli--endpoint = 服务端 URL，例如 http://127.0.0.1:8080
cli--endpoint-long = 应为 HTTP 接入点；同一集群的 TCP 接入点不会响应。
cli--instance = 实例 ID（协议中的 `ns`），服务端有多个实例时需要
cli--profile = 使用图形界面中保存的连接：接入点、实例和密钥
cli--profile-long = 密钥取自系统密钥环；密钥环中没有时取自环境变量。

# 单个命令的参数
cli-publish--topic = 发布到的主题
cli-publish--tag = 消息标签，供消费者过滤
cli-publish--key = 消息 Key，便于日后查找
cli-publish--property = 消息属性，可重复指定
cli-publish--delay = 延迟投递：10s、5m、1h30m、2days
cli-publish--deliver_at = 定时投递：2026-11-22T10:14:07Z、2026-11-22T18:14:07+08:00
cli-publish--sharding_key = 分区键相同的消息按顺序消费
cli-publish--body = 消息体；- 表示从 stdin 完整读取
cli-publish--body-long = 消息体以短横线开头时，在前面加 --
cli-consume--topic = 消费的主题
cli-consume--group = 消费组
cli-consume--tag = 只拉取带该标签的消息，多个标签写作 TagA||TagB
cli-consume--batch = 每次拉取的最大条数，1 到 16
cli-consume--wait = 每次拉取的最长等待时间，0s 到 30s
cli-consume--max = 最多拉取的消息总数
cli-consume--ack = 每条消息输出后立即确认
cli-consume--follow = 持续拉取直到被停止，没有消息时也不退出
cli-ack--topic = 消息所属的主题
cli-ack--group = 消费这些消息的消费组
cli-ack--handles = consume 输出的 receipt_handle，数量不限
cli-doctor--topic = 应当存在的主题
cli-doctor--group = 应当可以消费该主题的消费组
cli-doctor--consume = 最后消费一条消息，以验证消费组
cli-doctor--json = 最后输出一个 JSON 对象，而不是逐项输出
cli-explain--file = 包含请求的文件；- 表示标准输入
cli-explain--json = 输出一个 JSON 对象，而不是文本
cli-explain--profile = 使用图形界面中保存的连接的密钥
cli-explain--profile-long = 密钥环中没有时取自环境变量。
cli-explain--at = 请求到达服务端的时间，例如 2026-11-22T10:14:07Z
cli-explain--at-long = 也可以写成 Date 请求头的格式。
cli-sandbox--config = 配置文件；可用 --print-config 生成初始文件
cli-sandbox--print_config = 输出带默认值和说明的完整配置文件后退出
cli-sandbox--listen = 监听地址；端口 0 表示自动选择 [默认值：127.0.0.1:8080]
cli-sandbox--auto_create = 首次使用时自动创建主题和消费组 [默认值：true]
cli-sandbox--invisible_time = 消息被消费后对消费组的不可见时间 [默认值：5m]
cli-sandbox--order_invisible_time = 顺序消费的不可见时间 [默认值：1m]
cli-sandbox--max_deliveries = 未确认的投递达到该次数后进入 %DLQ%{ "{" }group{ "}" } [默认值：288]
cli-sandbox--retention = 消息保留时间，无论是否已确认 [默认值：3d]
cli-sandbox--group_start = 新消费组的起始位置：最早保留的消息或最新 [默认值：oldest]
cli-sandbox--data_dir = 数据目录，不存在时创建；不指定则只保存在内存中
cli-sandbox--faults = 注入故障：OPERATION:TOPIC:FAULT[:WHEN]，可重复指定，见下方“故障”
cli-sandbox--fault_seed = 故障概率的随机种子：种子和请求顺序相同则故障相同 [默认值：0]

# admin 的子命令及其参数
cli-admin--endpoint = 沙箱 URL，例如 http://127.0.0.1:8080
cli-admin--instance = 实例 ID（协议中的 `ns`），沙箱的客户端使用实例时需要
cli-admin--topic = 主题
cli-admin--group = 消费组
cli-admin-overview = 主题与消费组及其消息数
cli-admin-statistics = 沙箱启动以来的统计
cli-admin-metrics = 统计及更多指标，Prometheus 文本格式
cli-admin-settings = 沙箱的启动设置
cli-admin-peek = 查看消息及其状态，不消费
cli-admin-peek--group = 以哪个消费组的视角查看；不指定则没有不可见和已确认状态
cli-admin-peek--state = 只看该状态的消息
cli-admin-peek--state-ready = 可以被消费
cli-admin-peek--state-invisible = 已被取走，租约未结束
cli-admin-peek--state-acked = 已确认，或已成为死信
cli-admin-peek--state-delayed = 未到投递时间
cli-admin-peek--state-half = 半消息，既未提交也未回滚
cli-admin-peek--from = 起始位置：上一次结果中的 `next`
cli-admin-peek--limit = 每次最多返回的消息数
cli-admin-purge = 清空主题的全部消息，对所有消费组生效
cli-admin-resend = 将死信重新投递给原消费组
cli-admin-resend--message_ids = 消息 ID；不指定则为全部死信
cli-admin-reset = 重置消费位点；位点之前的消息视为已消费
cli-admin-reset--to = 位点：oldest、latest 或时间，例如 2026-11-22T18:14:07+08:00
cli-admin-expire = 立即结束一个租约，如同已到期
cli-admin-expire--handle = 该次投递的句柄
cli-admin-delete-topic = 删除主题及其消息和消费组
cli-admin-delete-group = 删除主题下的消费组
cli-admin-clock = 沙箱时钟；租约和定时消息以它为准
cli-admin-clock-advance = 向前拨快
cli-admin-clock-advance--by = 拨快的时长，例如 5m 或 1h30m
cli-admin-clock-freeze = 冻结时间
cli-admin-clock-resume = 从当前时刻起恢复走时
cli-admin-clock-set = 设为指定时间，可早可晚
cli-admin-clock-set--to = 目标时间，例如 2026-11-22T18:14:07+08:00
cli-admin-faults = 沙箱注入的故障，见 `mqscope sandbox --help`
cli-admin-faults-set = 替换全部规则与随机种子
cli-admin-faults-set--rules = OPERATION:TOPIC:FAULT[:WHEN]，同 `mqscope sandbox --fault`
cli-admin-faults-set--seed = 概率的随机种子
cli-admin-faults-add = 在末尾添加一条规则
cli-admin-faults-add--rule = OPERATION:TOPIC:FAULT[:WHEN]，同 `mqscope sandbox --fault`
cli-admin-faults-remove = 删除一条规则
cli-admin-faults-remove--id = 列表中的编号
cli-admin-faults-clear = 删除全部规则
cli-admin-refusals = 沙箱最近拒绝的请求（不限客户端）及原因
cli-admin-refusals--json = 输出一个 JSON 对象，而不是文本
cli-admin-refusals--after = 只列出该编号之后的请求
cli-admin-refusals-clear = 清空记录

# 其余文字
cli-heading-usage = 用法
cli-heading-commands = 命令
cli-heading-arguments = 参数
cli-heading-options = 选项
cli-heading-connection = 连接
cli-value-command = 命令
cli-value-options = 选项
cli-default = [默认值：{ $value }]
cli-values = [可选值：{ $values }]
cli-value-means = - { $value }：{ $means }

## 命令行：参数有误

cli-wrong = 错误：{ $what }
cli-wrong-unknown = 没有参数“{ $argument }”
cli-wrong-command = 没有命令“{ $command }”
cli-wrong-no-command = “{ $command }”后面缺少子命令
cli-wrong-missing = 缺少必填参数：
cli-wrong-no-value = “{ $argument }”缺少取值
cli-wrong-value = “{ $argument }”的取值“{ $value }”无效
cli-wrong-value-why = “{ $argument }”的取值“{ $value }”无效：{ $why }
cli-wrong-value-more = 多余的取值“{ $value }”，“{ $argument }”不接受更多取值
cli-wrong-conflict = “{ $argument }”不能与“{ $other }”同时使用
cli-wrong-twice = “{ $argument }”不能重复指定
cli-wrong-utf8 = 有参数不是有效的 UTF-8
cli-wrong-similar = 提示：是否想写 { $value }
cli-wrong-help = 使用 --help 查看完整说明。
cli-wrong-property = 应写作 key=value
cli-wrong-time = 应写作 2026-11-22T10:14:07Z，以 Z 或时区偏移结尾
cli-wrong-date = 应写作 2026-11-22T10:14:07Z 或 Sun, 22 Nov 2026 10:14:07 GMT
cli-wrong-reset = 应为 oldest、latest 或时间；时间{ $how }
cli-wrong-handle = 句柄为空
cli-wrong-seconds = 协议只支持整秒
cli-wrong-wait = 每次拉取最长等待 30s
cli-wrong-group-start = 应为 oldest 或 latest
cli-wrong-length = “{ $text }”不是时长；应写作 10s、5m 或 1h30m
cli-wrong-length-zero = 至少一毫秒
cli-wrong-fault-shape = 故障应写作 OPERATION:TOPIC:FAULT 或 OPERATION:TOPIC:FAULT:WHEN，而不是“{ $found }”
cli-wrong-fault-operation = 没有操作“{ $found }”；可用 publish、consume、ack、any
cli-wrong-fault-topic = 故障的主题由字母、数字、-、_ 和 % 组成；任意主题用 *
cli-wrong-fault-kind = 没有故障“{ $found }”
cli-wrong-fault-other = 故障 { $found } 不适用于该操作
cli-wrong-fault-pause = 延迟“{ $found }”应类似 50ms、2s 或 50ms..2s，最长一小时
cli-wrong-fault-probability = 概率 { $found } 应在 0 到 1 之间
cli-wrong-fault-when = 条件“{ $found }”应为 next=N 或 p=0..1
cli-wrong-lang = 可用 en 和 zh-CN

## 设置文件中的错误

file-at = { $path }：第 { $line } 行第 { $column } 列：{ $what }
file-says = 此处不符合 TOML 的写法（{ $what }）
file-name-twice = 该名称已出现过，请去掉其中一个
file-no-value = 缺少值，或名称中有空格；应写作 名称 = 值
file-unquoted = 没有可读取的值；文本须加引号，例如 名称 = "文本"，列表各项以逗号分隔
file-unclosed-bracket = 括号没有闭合
file-unclosed-text = 文本没有闭合：结尾或开头缺少引号
file-escape = 双引号中的反斜杠有特殊含义；请写两个反斜杠，或改用单引号
file-comma-missing = 两个值之间缺少逗号，或括号没有闭合
file-comma-extra = 多了一个逗号
file-equals-extra = 多了一个等号，或它前面缺少逗号
file-name-spelt = 名称由字母、数字、- 和 _ 组成，其他名称须加引号
file-no-number = 不是 TOML 的数字写法，或数字过大
file-unexpected = 此处不能再有内容；每个设置单独一行
file-wants-time = “{ $found }”不是时长；应写作 10s、5m 或 1h30m
file-time-too-short = 此处的时长至少为一毫秒
file-wants-address = 此处应为地址和端口，例如 127.0.0.1:8080 或 [::1]:8080
file-pattern = “{ $found }”不匹配任何名称；请用字母、数字、-、_、%，以及代表任意字符的 *
file-refused = 系统不允许读取（{ $what }）
file-utf8 = 不是 UTF-8 文本
file-proxy = 此处应为 system、none 或 http://host:3128 这样的地址
file-zone = { $name } 不是时区；此处应为 local、utc 或 Asia/Shanghai 这样的地名
file-wants-choice = 此处应为 { $choices } 之一，而不是 { $found }
file-unknown-name = 此处没有名为 { $found } 的设置；可用的有 { $choices }
file-missing = 缺少 { $name }
file-wants-boolean = 此处应为 true 或 false
file-wants-text = 此处应为带引号的文本
file-wants-list = 此处应为方括号中的列表
file-wants-table = 此处应为一组设置
file-wants-number = 此处应为 { $min } 到 { $max } 的整数
file-wants-positive = 此处应为不小于 1 的整数
file-wants-whole = 此处应为不小于 0 的整数
file-wants-size = 此处应为大小，例如 65536、"64KiB" 或 "4MiB"
file-no-keys = 没有密钥就没有人能访问
file-access-key = AccessKey 至少一个字符，且不含空白
file-secret-empty = 密钥为空
file-secret-which = 请在 secret-key 和 secret-key-env 中只填一个
file-variable = 环境变量 { $name } 未设置
file-twice = { $name } 重复出现
file-folder = 请填写文件夹，或省略该项

## 命令行：提示

cli-say-no-body = 请用参数给出消息体，或用 - 从 stdin 读取
cli-say-no-server = 请指定 --endpoint 或 --profile
cli-say-read-only = 连接 { $name } 为只读，不能执行 { $action }；如确需执行，请在图形界面中解除只读
cli-say-profile-unusable = 连接 { $name } 无法使用：{ $why }
cli-say-no-config-folder = 系统没有配置目录；请在 MQSCOPE_CONFIG_DIR 中指定
cli-say-profile-twice = 有多个连接名为 { $name }；请在图形界面中重命名
cli-say-profile-none = 没有连接 { $name }，{ $path } 中没有任何连接；请在图形界面中保存，或使用 --endpoint
cli-say-profile-other = 没有连接 { $name }；现有 { $names }
cli-say-keyring-empty = 密钥环中没有它的密钥
cli-say-keyring-silent = 无法访问密钥环
cli-say-keys-missing = 请设置环境变量 { $names }，或使用 --profile
cli-say-keys-missing-for = 连接 { $name } 没有密钥：{ $why }。请在图形界面中填写，或设置环境变量 { $names }
cli-say-and = { $first } 和 { $second }
cli-say-message = 消息无法发送：{ $problems }
cli-say-stdin = 无法读取 stdin：{ $why }
cli-say-stdin-large = stdin 超过消息体上限 { $max } 字节
cli-say-stdin-utf8 = stdin 不是 UTF-8（第 { $at } 字节），协议只能承载文本；请先编码，例如 base64
cli-say-signals = 无法监听信号：{ $why }
cli-say-stdout = 无法写入 stdout：{ $why }
cli-say-unprinted = 已取走但未输出 { $count } 条，到 next_consume_time 后返回消费组
cli-say-stopping = 等待正在进行的拉取结束后停止，避免消息丢失；再次停止则立即退出
cli-say-md5 = { $id } 的消息体与其 MD5 不符
cli-say-maybe-taken = 确认请求发送了不止一次：前一次可能已生效，只是响应丢失
cli-say-file = 无法读取 { $name }：{ $why }
cli-say-address = { $address } 已被其他程序占用；请停止该程序，或用 --listen 换一个端口（端口 0 自动选择）
cli-say-with-words = { $what }（{ $words }）
cli-say-in-file = { $path }：{ $what }
cli-say-time-moved = 沙箱时间仍处于调整状态，当前为 { $now }；可用 mqscope admin clock 调整
cli-say-set-keys = { $why }。密钥在 { $secret }（和 { $access }）或配置文件中设置
cli-say-listen-variable = { $name } 不是可监听的地址：{ $typed }。请写成 127.0.0.1:8080，端口填 0 则自动选择
cli-say-token = 请将 { $name } 设为启动沙箱时使用的令牌
cli-say-explain = 加上 --explain 可查看含义与处理办法

## 命令行：无法打开图形界面

cli-window-no-display =
    mqscope：没有显示环境：未设置 DISPLAY 或 WAYLAND_DISPLAY，无法打开窗口。

    在桌面环境中，请从桌面的终端启动。
    通过 SSH 时，请使用 `ssh -X` 连接，或设置 DISPLAY。
cli-window-no-answer =
    mqscope：显示服务没有响应：{ $said }。

    DISPLAY 或 WAYLAND_DISPLAY 指向的显示不存在，或当前用户无权使用。
cli-window-library = mqscope：无法打开窗口：缺少 { $library }。
cli-window-some-library = 窗口系统的某个库
cli-window-package = 在 Debian 和 Ubuntu 上由软件包 { $package } 提供。
cli-window-all =
    在 Debian 和 Ubuntu 上，窗口所需的全部软件包：
      sudo apt-get install { $packages }

    不使用窗口：
      mqscope sandbox   运行沙箱 Broker
      mqscope --help    列出供脚本使用的命令

## 关闭窗口

quit-title = 还有 { $n } 条消息未确认
quit-what = 未确认的消息会自动回到消费组：最早 { $first } 后，最晚 { $last } 后。在此之前其他消费者收不到它们
quit-work = 还有 { $n } 项操作正在进行
quit-of = 已完成 { $done } / { $total }
quit-done = 已完成 { $done } 条
quit-repeat = 正在重复发布：{ $far }，其余不会发送
quit-file = 正在发布 { $name }：{ $far }，其余行不会发送
quit-letters = 正在重新投递死信：{ $far }，其余保持原状
quit-replay = 正在重放：{ $far }，其余不会发送
quit-export = 正在导出到 { $name }：{ $far }，文件完整后才会写入
quit-bodies = 正在导出消息体到 { $name }：{ $far }，其余不会写入
quit-yes = 退出
quit-no = 留下
notice-workspace-not-written = 草稿和标签页未能保存，下次启动时无法恢复
notice-workspace-not-written-next = 请确认该目录可写；已输入的内容仍保留在本窗口中
notice-workspace-damaged = 无法读取上次的草稿和标签页，原文件已移至 { $path }
notice-workspace-damaged-next = 本次以全新窗口启动，连接和密钥不受影响

## 顺序消费：等待中的分区键

order-waiting = { $n } 个分区键等待确认
order-waiting-why = 某个分区键已投递的消息全部确认后，消费组才会收到该键的后续消息
order-key = { $n ->
    [1] { $key } · { $left }
   *[other] { $key } ×{ $n } · { $left }
}
order-key-why = { $key }：{ $n } 条消息未确认，至 { $at }。确认后继续投递该键的消息；不确认则重新投递相同的消息
order-no-key = （无分区键）
order-more = 另有 { $n } 个
order-unseen = 可能还有更多：只查看了最先返回的消息

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
archive-stop-export = 停止导出
archive-stop-replay = 停止重放
archive-stop-reading = 停止读取
archive-stopping = 停止中…
archive-dismiss = 关闭
archive-collecting = 统计中：{ $n }
archive-gone = { $n } 行在写入前已为节省内存而移除
archive-ack-failed = 确认未送达
archive-ack-failed-next = 其后的结果未知
archive-csv-other = { $columns } 不是消息的列：需要名为 body 或 id 的列
archive-csv-other-next = 请打开 mqscope 导出的文件，或将一列命名为 body；发布表单的“从文件…”可使用任意列
archive-csv-unknown = 已忽略的列：{ $columns }
archive-csv-zone = 未注明时区的时间按设置中的 { $zone } 读取
archive-csv-no-body = 表中没有消息体列，此处消息体为空
archive-csv-cell = { $column } 列的 { $text } 无法识别
archive-line-json = 第 { $at } 个字符处不是有效的 JSON：{ $why }
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
replay-unpaced = 尽可能快
replay-times-ends = { $least } 到 { $most }
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
tabs-more = 打开其他内容
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
empty-file-next = 请打开其他文件
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

## 各区域和各行的读屏名称

app-name = mqscope
pane-top = 工具栏
pane-status = 状态栏
pane-details = 消息详情
pane-views = 消费视图
pane-time-faults = 时间与故障
pane-entry = 发布详情
pane-exchange = 请求详情
pane-bytes = 消息体的字节
drawer-tabs = 底部面板的内容
look-tabs = 消息体的显示方式
dock-tabs = 已打开的视图
splitter-name = “{ $pane }”面板的大小
column-times-name = 投递次数
name-separator = { "、" }
row-menu = 此行的操作
row-name = { $id }，{ $state }
row-left-minutes = 剩余不到 { $n } 分钟
row-left-seconds = 剩余不到 { $n } 秒
row-tag = 标签 { $tag }
row-key = Key { $key }
row-times = 已投递 { $n } 次

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
table-news = { $n } 条新消息
table-columns = 列
table-columns-of = { $shown }/{ $all } 列
columns-no-room = 视图太窄，没有显示：{ $columns }。可加宽视图，或减少显示的列
column-no-room = 放不下
column-head-hint = { $column }。单击排序；拖动可移动，或按 { $moves }；拖动边缘可调整宽度，或按 { $sizes }
column-width = “{ $column }”的宽度
column-move-left = 将“{ $column }”左移
column-move-right = 将“{ $column }”右移
columns-reset = 恢复默认列
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
empty-show-all = 显示全部消息
empty-filtered = 没有符合条件的消息
empty-filtered-next = 消息仍在，修改过滤条件即可看到
## 详情中的消息体
look-xml = XML
look-hex = 十六进制
look-raw = 原始 XML
look-diff = 对比
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
json-broken = 形似 JSON 但无法解析：{ $why }
json-broken-at = 形似 JSON 但无法解析：{ $why }（第 { $line } 行第 { $column } 列）
json-cut = 内容不完整
json-colon = 名称后缺少冒号
json-comma-list = 缺少逗号或 ]
json-comma-object = 缺少逗号或 { "}" }
json-value = 缺少值
json-word = 不带引号的单词只能是 true、false 或 null
json-key = 名称须用双引号括起
json-escape = \ 后的转义序列无效
json-number = 数字格式无效
json-unicode = \u 后须为有效的字符编码
json-control = 字符串中的换行和控制字符须转义
json-comma-extra = 多了一个逗号
json-behind = 结尾之后还有多余内容
json-other = { $what }
viewer-too-many = 超过 400 万个值，无法以树形显示，已按文本显示
viewer-not-text = 不是文本：无法识别的字节显示为 �，完整内容见“十六进制”
viewer-find = 在消息体中查找
viewer-find-open = 在消息体中查找
viewer-find-case = 区分大小写（Aa）
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
