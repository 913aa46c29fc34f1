<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About mmdesk</source>
        <translation>关于 mmdesk</translation>
    </message>
    <message>
        <source>Reads an image, heart sounds and a record with one local model and writes a report.</source>
        <translation>用一个本地模型读取影像、心音和病历，并撰写报告。</translation>
    </message>
    <message>
        <source>Nothing leaves this machine.</source>
        <translation>数据不会离开本机。</translation>
    </message>
    <message>
        <source>It is not a medical device. What the pack can and cannot do stands in its card.</source>
        <translation>本软件不是医疗器械。模型包的能力与局限见其说明卡。</translation>
    </message>
</context>
<context>
    <name>Actions</name>
    <message>
        <source>New</source>
        <translation>新建</translation>
    </message>
    <message>
        <source>Put this case away and begin another</source>
        <translation>收起当前病例，新建一个</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Open a case, an image, a recording or a record</source>
        <translation>打开病例、影像、录音或病历</translation>
    </message>
    <message>
        <source>Open a folder…</source>
        <translation>打开文件夹…</translation>
    </message>
    <message>
        <source>Open a folder with the slices of a series</source>
        <translation>打开含有一个序列各层面的文件夹</translation>
    </message>
    <message>
        <source>Open a work list…</source>
        <translation>打开工作列表…</translation>
    </message>
    <message>
        <source>Open a folder of many cases, to go through them</source>
        <translation>打开含多个病例的文件夹，逐个查看</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Save the case with its inputs and its report</source>
        <translation>保存病例及其输入和报告</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>另存为…</translation>
    </message>
    <message>
        <source>Save the case under another name</source>
        <translation>以其他名称保存病例</translation>
    </message>
    <message>
        <source>Paste</source>
        <translation>粘贴</translation>
    </message>
    <message>
        <source>Paste an image, a file or text into its panel</source>
        <translation>将图像、文件或文本粘贴到对应面板</translation>
    </message>
    <message>
        <source>Analyse</source>
        <translation>分析</translation>
    </message>
    <message>
        <source>Read the case and write its report</source>
        <translation>读取病例并撰写报告</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Stop; what was written is kept</source>
        <translation>停止分析；已写内容保留</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>实时</translation>
    </message>
    <message>
        <source>Read again after every change</source>
        <translation>每次改动后自动重新分析</translation>
    </message>
    <message>
        <source>Work list</source>
        <translation>工作列表</translation>
    </message>
    <message>
        <source>Show or hide the work list</source>
        <translation>显示或隐藏工作列表</translation>
    </message>
    <message>
        <source>Next case</source>
        <translation>下一个病例</translation>
    </message>
    <message>
        <source>Read the next case of the work list</source>
        <translation>读取工作列表中的下一个病例</translation>
    </message>
    <message>
        <source>Previous case</source>
        <translation>上一个病例</translation>
    </message>
    <message>
        <source>Read the case before this one in the work list</source>
        <translation>读取工作列表中的上一个病例</translation>
    </message>
    <message>
        <source>Copy as text</source>
        <translation>复制为纯文本</translation>
    </message>
    <message>
        <source>Copy the report as plain text</source>
        <translation>将报告复制为纯文本</translation>
    </message>
    <message>
        <source>Copy as Markdown</source>
        <translation>复制为 Markdown</translation>
    </message>
    <message>
        <source>Copy the report as Markdown</source>
        <translation>将报告复制为 Markdown</translation>
    </message>
    <message>
        <source>Save the report…</source>
        <translation>保存报告…</translation>
    </message>
    <message>
        <source>Save the report as Markdown, text or JSON</source>
        <translation>将报告保存为 Markdown、文本或 JSON</translation>
    </message>
    <message>
        <source>De-identified image…</source>
        <translation>去标识影像…</translation>
    </message>
    <message>
        <source>Save the DICOM image without patient details</source>
        <translation>保存不含患者信息的 DICOM 影像</translation>
    </message>
    <message>
        <source>Demo mode</source>
        <translation>演示模式</translation>
    </message>
    <message>
        <source>Play the sample cases one after the other</source>
        <translation>依次播放示例病例</translation>
    </message>
    <message>
        <source>Delete kept cases</source>
        <translation>删除留存病例</translation>
    </message>
    <message>
        <source>Delete all kept cases but the open one</source>
        <translation>删除除当前病例外的所有留存病例</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Dark or light</source>
        <translation>深色或浅色</translation>
    </message>
    <message>
        <source>Switch between dark and light</source>
        <translation>切换深色与浅色</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>The list of keyboard shortcuts</source>
        <translation>快捷键列表</translation>
    </message>
    <message>
        <source>Check this computer…</source>
        <translation>检查本机…</translation>
    </message>
    <message>
        <source>See whether all that mmdesk needs is here</source>
        <translation>检查 mmdesk 所需的一切是否具备</translation>
    </message>
    <message>
        <source>About mmdesk</source>
        <translation>关于 mmdesk</translation>
    </message>
    <message>
        <source>What mmdesk is, and what it is not</source>
        <translation>mmdesk 是什么，不是什么</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Quit; the case is kept</source>
        <translation>退出；病例自动留存</translation>
    </message>
</context>
<context>
    <name>AudioPanel</name>
    <message>
        <source>Reading…</source>
        <translation>正在读取…</translation>
    </message>
    <message>
        <source>There is nothing to show.</source>
        <translation>没有可显示的内容。</translation>
    </message>
    <message>
        <source>recordings: {}</source>
        <translation>录音：{} 段</translation>
    </message>
    <message>
        <source>recording</source>
        <translation>录音中</translation>
    </message>
    <message>
        <source>Audio</source>
        <translation>听诊</translation>
    </message>
    <message>
        <source>Record…</source>
        <translation>录音…</translation>
    </message>
    <message>
        <source>Drop heart sounds here:
WAV, FLAC, OGG or MP3.</source>
        <translation>将心音录音拖到此处：
WAV、FLAC、OGG 或 MP3。</translation>
    </message>
</context>
<context>
    <name>BatchBar</name>
    <message>
        <source>Read all…</source>
        <translation>全部读取…</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Stop; what was read is kept</source>
        <translation>停止；已读取的内容会保留</translation>
    </message>
    <message>
        <source>Read the cases that are left</source>
        <translation>读取剩余的病例</translation>
    </message>
    <message>
        <source>Read every case of the list, into a table</source>
        <translation>读取列表中的所有病例，结果存入表格</translation>
    </message>
    <message>
        <source>Cases that were read</source>
        <translation>已读取的病例</translation>
    </message>
    <message>
        <source>{} of {} read</source>
        <translation>已读取 {}，共 {}</translation>
    </message>
    <message>
        <source>{} failed</source>
        <translation>{} 个失败</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>{} cases/s</source>
        <translation>{} 例/秒</translation>
    </message>
    <message>
        <source>starting…</source>
        <translation>正在启动…</translation>
    </message>
    <message>
        <source>{} s left</source>
        <translation>剩余 {} 秒</translation>
    </message>
    <message>
        <source>{} min left</source>
        <translation>剩余 {} 分钟</translation>
    </message>
    <message>
        <source>{} h left</source>
        <translation>剩余 {} 小时</translation>
    </message>
</context>
<context>
    <name>Card</name>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Dismiss: {}</source>
        <translation>关闭：{}</translation>
    </message>
</context>
<context>
    <name>ContributionView</name>
    <message>
        <source>What each input adds: {finding}</source>
        <translation>各项输入的贡献：{finding}</translation>
    </message>
    <message>
        <source>image</source>
        <translation>影像</translation>
    </message>
    <message>
        <source>audio</source>
        <translation>听诊</translation>
    </message>
    <message>
        <source>record</source>
        <translation>病历</translation>
    </message>
    <message>
        <source>changed nothing</source>
        <translation>没有影响</translation>
    </message>
    <message>
        <source>under 1 point</source>
        <translation>不到 1 个百分点</translation>
    </message>
    <message>
        <source>{number} point</source>
        <translation>{number} 个百分点</translation>
    </message>
    <message>
        <source>{number} points</source>
        <translation>{number} 个百分点</translation>
    </message>
    <message>
        <source>under 1%</source>
        <translation>低于 1%</translation>
    </message>
    <message>
        <source>over 99%</source>
        <translation>高于 99%</translation>
    </message>
    <message>
        <source>minus</source>
        <translation>减</translation>
    </message>
    <message>
        <source>Starts at {start}, the share in the training data; ends at {end}.</source>
        <translation>从训练数据中的占比 {start} 出发，最终为 {end}。</translation>
    </message>
    <message>
        <source>from {start} in the training data to {end}</source>
        <translation>训练数据 {start} → {end}</translation>
    </message>
</context>
<context>
    <name>DoctorDialog</name>
    <message>
        <source>Check this computer</source>
        <translation>检查本机</translation>
    </message>
    <message>
        <source>What was found</source>
        <translation>检查结果</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Check again</source>
        <translation>重新检查</translation>
    </message>
    <message>
        <source>in order</source>
        <translation>正常</translation>
    </message>
    <message>
        <source>works without it</source>
        <translation>不影响使用</translation>
    </message>
    <message>
        <source>problem</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Display</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>Sound</source>
        <translation>声音</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>磁盘</translation>
    </message>
    <message>
        <source>Settings folder</source>
        <translation>设置文件夹</translation>
    </message>
    <message>
        <source>Data folder</source>
        <translation>数据文件夹</translation>
    </message>
    <message>
        <source>Temporary folder</source>
        <translation>临时文件夹</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Pack</source>
        <translation>模型包</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>引擎</translation>
    </message>
    <message>
        <source>This check</source>
        <translation>本次检查</translation>
    </message>
    <message>
        <source>No problem was found.</source>
        <translation>未发现问题。</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>正在检查…</translation>
    </message>
    <message>
        <source>Copied. Nothing of a case is in it.</source>
        <translation>已复制，不含任何病例内容。</translation>
    </message>
    <message>
        <source>Problems: {}</source>
        <translation>问题：{}</translation>
    </message>
</context>
<context>
    <name>EmptyTarget</name>
    <message>
        <source>Browse…</source>
        <translation>浏览…</translation>
    </message>
    <message>
        <source>Paste</source>
        <translation>粘贴</translation>
    </message>
</context>
<context>
    <name>Evidence</name>
    <message>
        <source>Speaks against: {}</source>
        <translation>不支持：{}</translation>
    </message>
    <message>
        <source>Speaks for: {}</source>
        <translation>支持：{}</translation>
    </message>
</context>
<context>
    <name>FactView</name>
    <message>
        <source>The last {} of {} figures are shown.</source>
        <translation>仅显示最后 {} 项，共 {} 项数值。</translation>
    </message>
    <message>
        <source>moves the finding by {} points</source>
        <translation>使该发现变动 {} 个百分点</translation>
    </message>
    <message>
        <source>Figures found in the record</source>
        <translation>病历中的数值</translation>
    </message>
    <message>
        <source>Statements found in the record</source>
        <translation>病历中的陈述</translation>
    </message>
    <message>
        <source>Term</source>
        <translation>项目</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>单位</translation>
    </message>
    <message>
        <source>Range</source>
        <translation>参考范围</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>判读</translation>
    </message>
    <message>
        <source>high</source>
        <translation>偏高</translation>
    </message>
    <message>
        <source>low</source>
        <translation>偏低</translation>
    </message>
    <message>
        <source>in range</source>
        <translation>正常</translation>
    </message>
    <message>
        <source>{}: reported</source>
        <translation>{}：有</translation>
    </message>
    <message>
        <source>{}: denied</source>
        <translation>{}：否认</translation>
    </message>
</context>
<context>
    <name>Filing</name>
    <message>
        <source>Open a case, an image, a recording or a record</source>
        <translation>打开病例、影像、录音或病历</translation>
    </message>
    <message>
        <source>Open a folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Cases, images, recordings, records</source>
        <translation>病例、影像、录音、病历</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>所有文件</translation>
    </message>
    <message>
        <source>Cases</source>
        <translation>病例</translation>
    </message>
    <message>
        <source>Save the case</source>
        <translation>保存病例</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Save the report</source>
        <translation>保存报告</translation>
    </message>
    <message>
        <source>Save the image without patient details</source>
        <translation>保存不含患者信息的影像</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>images: {}</source>
        <translation>影像：{} 幅</translation>
    </message>
    <message>
        <source>recordings: {}</source>
        <translation>录音：{} 段</translation>
    </message>
    <message>
        <source>record</source>
        <translation>病历</translation>
    </message>
</context>
<context>
    <name>FilmStrip</name>
    <message>
        <source>{}: cannot be shown</source>
        <translation>{}：无法显示</translation>
    </message>
</context>
<context>
    <name>FindingsModel</name>
    <message>
        <source>{finding}. Absent below {low}, present from {high} on.</source>
        <translation>{finding}。低于 {low} 为未见，达到 {high} 为符合。</translation>
    </message>
    <message>
        <source>under 1%</source>
        <translation>低于 1%</translation>
    </message>
    <message>
        <source>over 99%</source>
        <translation>高于 99%</translation>
    </message>
    <message>
        <source>present</source>
        <translation>符合</translation>
    </message>
    <message>
        <source>not sure</source>
        <translation>不确定</translation>
    </message>
    <message>
        <source>absent</source>
        <translation>未见</translation>
    </message>
    <message>
        <source>image</source>
        <translation>影像</translation>
    </message>
    <message>
        <source>audio</source>
        <translation>听诊</translation>
    </message>
    <message>
        <source>record</source>
        <translation>病历</translation>
    </message>
    <message>
        <source>{question} Scored from {inputs}</source>
        <translation>{question} 评分依据：{inputs}</translation>
    </message>
    <message>
        <source> percent</source>
        <translation>%</translation>
    </message>
    <message>
        <source>{label} {share}, {status}, from {inputs}</source>
        <translation>{label} {share}，{status}，依据：{inputs}</translation>
    </message>
</context>
<context>
    <name>FindingsPanel</name>
    <message>
        <source>Findings</source>
        <translation>发现</translation>
    </message>
    <message>
        <source>working…</source>
        <translation>处理中…</translation>
    </message>
    <message>
        <source>calibrated · marks: absent below, present above</source>
        <translation>已校准 · 刻度左侧为未见，右侧为符合</translation>
    </message>
    <message>
        <source>Nothing here could be scored. The report says what was missing.</source>
        <translation>没有可评分的内容。报告说明了缺少什么。</translation>
    </message>
    <message>
        <source>Probabilities appear here when a case is analysed.</source>
        <translation>分析病例后，概率显示在此处。</translation>
    </message>
</context>
<context>
    <name>ImagePanel</name>
    <message>
        <source>Reading…</source>
        <translation>正在读取…</translation>
    </message>
    <message>
        <source>There is nothing to show.</source>
        <translation>没有可显示的内容。</translation>
    </message>
    <message>
        <source>images: {}</source>
        <translation>影像：{} 幅</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>影像</translation>
    </message>
    <message>
        <source>Drop a radiograph, MRI or CT here:
DICOM, NIfTI, PNG, JPEG, TIFF, a folder or a ZIP.</source>
        <translation>将 X 光片、MRI 或 CT 拖放到此处：
DICOM、NIfTI、PNG、JPEG、TIFF、文件夹或压缩包。</translation>
    </message>
    <message>
        <source>The chosen image</source>
        <translation>选中的影像</translation>
    </message>
    <message>
        <source>+ and - zoom, 0 shows all, Shift and arrows pan, Ctrl and arrows change the window, i inverts, h hides and shows the heat map, Page Up and Page Down show the other images.</source>
        <translation>+ 和 - 缩放，0 显示全图，Shift 加方向键平移，Ctrl 加方向键调整窗位，i 反色，h 隐藏或显示热图，Page Up 和 Page Down 显示其他影像。</translation>
    </message>
    <message>
        <source>Images of the case</source>
        <translation>病例影像</translation>
    </message>
    <message>
        <source>Opacity of the heat map</source>
        <translation>热图的不透明度</translation>
    </message>
    <message>
        <source>Opacity of the heat map; H in the picture hides and shows it</source>
        <translation>热图的不透明度；在影像中按 H 可隐藏或显示</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>适应窗口</translation>
    </message>
    <message>
        <source>Invert</source>
        <translation>反相</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗宽窗位</translation>
    </message>
    <message>
        <source>Add…</source>
        <translation>添加…</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>As the file wants it</source>
        <translation>按文件的设定</translation>
    </message>
    <message>
        <source>The file&apos;s second window</source>
        <translation>文件的第二个窗</translation>
    </message>
    <message>
        <source>Whole range</source>
        <translation>全部灰阶</translation>
    </message>
    <message>
        <source>Brain</source>
        <translation>脑</translation>
    </message>
    <message>
        <source>Abdomen</source>
        <translation>腹部</translation>
    </message>
    <message>
        <source>Mediastinum</source>
        <translation>纵隔</translation>
    </message>
    <message>
        <source>Bone</source>
        <translation>骨</translation>
    </message>
    <message>
        <source>Lung</source>
        <translation>肺</translation>
    </message>
    <message>
        <source>Usual range, without the outer half percent</source>
        <translation>常用灰阶，去除两端各 0.5%</translation>
    </message>
</context>
<context>
    <name>ImageView</name>
    <message>
        <source>zoom {} %</source>
        <translation>缩放 {} %</translation>
    </message>
    <message>
        <source>least</source>
        <translation>最低</translation>
    </message>
    <message>
        <source>most</source>
        <translation>最高</translation>
    </message>
    <message>
        <source>{}: no place stands out</source>
        <translation>{}：没有突出的部位</translation>
    </message>
    <message>
        <source>Heat map hidden, H shows it</source>
        <translation>热图已隐藏，按 H 显示</translation>
    </message>
</context>
<context>
    <name>InputPanel</name>
    <message>
        <source>empty</source>
        <translation>空</translation>
    </message>
    <message>
        <source>problem</source>
        <translation>有问题</translation>
    </message>
    <message>
        <source>not scored</source>
        <translation>未评分</translation>
    </message>
    <message>
        <source>working…</source>
        <translation>处理中…</translation>
    </message>
    <message>
        <source>reading…</source>
        <translation>读取中…</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>{} · reused</source>
        <translation>{} · 复用</translation>
    </message>
    <message>
        <source>{what} · {milliseconds:.0f} ms</source>
        <translation>{what} · {milliseconds:.0f} ms</translation>
    </message>
</context>
<context>
    <name>LevelMeter</name>
    <message>
        <source>Level</source>
        <translation>电平</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Open files</source>
        <translation>打开文件</translation>
    </message>
</context>
<context>
    <name>NoticeBar</name>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>PictureMarks</name>
    <message>
        <source>left</source>
        <translation>左</translation>
    </message>
    <message>
        <source>right</source>
        <translation>右</translation>
    </message>
    <message>
        <source>both sides</source>
        <translation>双侧</translation>
    </message>
    <message>
        <source>slice {} of {}</source>
        <translation>第 {0} 层，共 {1} 层</translation>
    </message>
    <message>
        <source>at {} mm</source>
        <translation>位于 {} mm</translation>
    </message>
    <message>
        <source>lossy compression</source>
        <translation>有损压缩</translation>
    </message>
    <message>
        <source>lossy, {:.0f} : 1</source>
        <translation>有损压缩 {:.0f}：1</translation>
    </message>
    <message>
        <source>read: {}</source>
        <translation>已读取：{}</translation>
    </message>
    <message>
        <source>{} mm at the detector</source>
        <translation>探测器处 {} mm</translation>
    </message>
    <message>
        <source>slice {:.2g} mm</source>
        <translation>层厚 {:.2g} mm</translation>
    </message>
    <message>
        <source>whole picture</source>
        <translation>整幅影像</translation>
    </message>
</context>
<context>
    <name>PrivateLine</name>
    <message>
        <source>The usual forms are found, not all: read the text before you pass it on.</source>
        <translation>只能找到常见的写法，并非全部：转交前请通读文本。</translation>
    </message>
    <message>
        <source>1 name, date or number</source>
        <translation>1 处姓名、日期或号码</translation>
    </message>
    <message>
        <source>{} names, dates or numbers</source>
        <translation>{} 处姓名、日期或号码</translation>
    </message>
    <message>
        <source>Masked. Not all may be found: read it before you pass it on.</source>
        <translation>已遮盖。可能有遗漏：转交前请通读。</translation>
    </message>
    <message>
        <source>names</source>
        <translation>姓名</translation>
    </message>
    <message>
        <source>dates</source>
        <translation>日期</translation>
    </message>
    <message>
        <source>numbers</source>
        <translation>号码</translation>
    </message>
    <message>
        <source>phone numbers</source>
        <translation>电话号码</translation>
    </message>
    <message>
        <source>e-mail addresses</source>
        <translation>电子邮箱</translation>
    </message>
    <message>
        <source>links</source>
        <translation>链接</translation>
    </message>
    <message>
        <source>addresses</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>ages over 89</source>
        <translation>89 岁以上的年龄</translation>
    </message>
    <message>
        <source>Mask</source>
        <translation>遮盖</translation>
    </message>
    <message>
        <source>Mask names, dates and numbers in the record</source>
        <translation>遮盖病历中的姓名、日期和号码</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一个</translation>
    </message>
    <message>
        <source>Select the next name, date or number</source>
        <translation>选中下一处姓名、日期或号码</translation>
    </message>
    <message>
        <source>Select the next one; the context menu masks it alone</source>
        <translation>选中下一处；右键菜单可只遮盖这一处</translation>
    </message>
</context>
<context>
    <name>PromptBar</name>
    <message>
        <source>Ask for {}</source>
        <translation>可输入：{}</translation>
    </message>
    <message>
        <source>Ask, such as “{}”</source>
        <translation>可提问，例如“{}”</translation>
    </message>
    <message>
        <source>What to write</source>
        <translation>撰写内容</translation>
    </message>
</context>
<context>
    <name>ReadAll</name>
    <message>
        <source>Save the table of results</source>
        <translation>保存结果表格</translation>
    </message>
</context>
<context>
    <name>RecordPages</name>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Imported: {}</source>
        <translation>导入：{}</translation>
    </message>
    <message>
        <source>{} · not confirmed</source>
        <translation>{} · 未确认</translation>
    </message>
</context>
<context>
    <name>RecordPanel</name>
    <message>
        <source>1 fact</source>
        <translation>1 条事实</translation>
    </message>
    <message>
        <source>{} facts</source>
        <translation>{} 条事实</translation>
    </message>
    <message>
        <source>no facts</source>
        <translation>无事实</translation>
    </message>
    <message>
        <source>problem</source>
        <translation>有问题</translation>
    </message>
    <message>
        <source>working…</source>
        <translation>处理中…</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>空</translation>
    </message>
    <message>
        <source>{} · reused</source>
        <translation>{} · 复用</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>病历</translation>
    </message>
    <message>
        <source>Text of the record</source>
        <translation>病历文本</translation>
    </message>
    <message>
        <source>Type or paste the record: age, complaints, blood tests …</source>
        <translation>输入或粘贴病历（英文）：年龄、主诉、血液检验…</translation>
    </message>
    <message>
        <source>The record is read in English only; the report is written in English.</source>
        <translation>病历仅支持英文；报告以英文撰写。</translation>
    </message>
    <message>
        <source>Paste</source>
        <translation>粘贴</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>打开…</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>清空</translation>
    </message>
</context>
<context>
    <name>RecordText</name>
    <message>
        <source>Mask “{}”</source>
        <translation>遮盖“{}”</translation>
    </message>
</context>
<context>
    <name>RecorderBar</name>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>{} dB</source>
        <translation>{} dB</translation>
    </message>
    <message>
        <source>Looking for devices…</source>
        <translation>正在查找设备…</translation>
    </message>
    <message>
        <source>Writing…</source>
        <translation>正在写入…</translation>
    </message>
    <message>
        <source>Samples were lost: {}</source>
        <translation>丢失的采样：{}</translation>
    </message>
    <message>
        <source>Too loud: parts of the sound are cut off</source>
        <translation>过响：部分声音被削波</translation>
    </message>
    <message>
        <source>Silence: is the device switched on?</source>
        <translation>无声：设备是否已打开？</translation>
    </message>
    <message>
        <source>On the disk: {:.0f} s</source>
        <translation>已存盘：{:.0f} 秒</translation>
    </message>
    <message>
        <source>Record from</source>
        <translation>录音来源</translation>
    </message>
    <message>
        <source>The microphone or stethoscope to record from</source>
        <translation>用于录音的麦克风或听诊器</translation>
    </message>
    <message>
        <source>Put the recorder away</source>
        <translation>收起录音机</translation>
    </message>
    <message>
        <source>The peak, below full scale</source>
        <translation>峰值，相对满刻度</translation>
    </message>
</context>
<context>
    <name>RecordingActions</name>
    <message>
        <source>{:.2f}–{:.2f} s</source>
        <translation>{:.2f}–{:.2f} s</translation>
    </message>
    <message>
        <source>{:.1f} / {:.1f} s</source>
        <translation>{:.1f} / {:.1f} s</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>播放</translation>
    </message>
    <message>
        <source>Play the recording, or what is selected (Space in the picture)</source>
        <translation>播放录音或所选片段（在图中按空格键）</translation>
    </message>
    <message>
        <source>Add recordings…</source>
        <translation>添加录音…</translation>
    </message>
    <message>
        <source>Record…</source>
        <translation>录音…</translation>
    </message>
    <message>
        <source>Remove this recording</source>
        <translation>移除此录音</translation>
    </message>
    <message>
        <source>Clear selection (Esc)</source>
        <translation>清除选区 (Esc)</translation>
    </message>
</context>
<context>
    <name>RecordingBar</name>
    <message>
        <source>Recording</source>
        <translation>录音</translation>
    </message>
    <message>
        <source>Position on the chest</source>
        <translation>听诊部位</translation>
    </message>
    <message>
        <source>Where on the chest it was recorded</source>
        <translation>录音所在的听诊部位</translation>
    </message>
    <message>
        <source>position unknown</source>
        <translation>部位未知</translation>
    </message>
    <message>
        <source>mitral, lying</source>
        <translation>二尖瓣区，卧位</translation>
    </message>
    <message>
        <source>tricuspid, lying</source>
        <translation>三尖瓣区，卧位</translation>
    </message>
    <message>
        <source>pulmonary, lying</source>
        <translation>肺动脉瓣区，卧位</translation>
    </message>
    <message>
        <source>aortic, lying</source>
        <translation>主动脉瓣区，卧位</translation>
    </message>
    <message>
        <source>mitral, sitting</source>
        <translation>二尖瓣区，坐位</translation>
    </message>
    <message>
        <source>tricuspid, sitting</source>
        <translation>三尖瓣区，坐位</translation>
    </message>
    <message>
        <source>pulmonary, sitting</source>
        <translation>肺动脉瓣区，坐位</translation>
    </message>
    <message>
        <source>aortic, sitting</source>
        <translation>主动脉瓣区，坐位</translation>
    </message>
</context>
<context>
    <name>ReportPanel</name>
    <message>
        <source>working…</source>
        <translation>处理中…</translation>
    </message>
    <message>
        <source>writing…</source>
        <translation>撰写中…</translation>
    </message>
    <message>
        <source>writing · {} words/s</source>
        <translation>撰写中 · {} 词/s</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>Text of the report</source>
        <translation>报告文本</translation>
    </message>
    <message>
        <source>The report appears here when a case is analysed.</source>
        <translation>分析病例后，报告显示在此处。</translation>
    </message>
    <message>
        <source>Try the sample case</source>
        <translation>试用示例病例</translation>
    </message>
    <message>
        <source>Copy text</source>
        <translation>复制文本</translation>
    </message>
    <message>
        <source>Copy Markdown</source>
        <translation>复制 Markdown</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>复制详情</translation>
    </message>
    <message>
        <source>Withheld sentences: {}</source>
        <translation>已隐去的句子：{}</translation>
    </message>
    <message>
        <source>They failed their check and are no part of the report:</source>
        <translation>这些句子未通过校验，不属于报告内容：</translation>
    </message>
    <message>
        <source>done · {}</source>
        <translation>完成 · {}</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>Stopped on request; what was written until then is kept.</source>
        <translation>已按要求停止；此前写出的内容保留。</translation>
    </message>
    <message>
        <source>Stopped on request; nothing was written yet.</source>
        <translation>已按要求停止；尚未写出内容。</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>saved · {}</source>
        <translation>已保存 · {}</translation>
    </message>
</context>
<context>
    <name>Rounds</name>
    <message>
        <source>Open a folder of cases</source>
        <translation>打开病例文件夹</translation>
    </message>
</context>
<context>
    <name>Rows</name>
    <message>
        <source>taken out: {}</source>
        <translation>已剔除：{}</translation>
    </message>
    <message>
        <source>no {}</source>
        <translation>无{}</translation>
    </message>
    <message>
        <source>does not count</source>
        <translation>不计入</translation>
    </message>
    <message>
        <source>counts</source>
        <translation>计入</translation>
    </message>
    <message>
        <source>not confirmed</source>
        <translation>未确认</translation>
    </message>
    <message>
        <source>moves the finding by {} points</source>
        <translation>使该发现变动 {} 个百分点</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>Text size</source>
        <translation>文字大小</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>The engine runs</source>
        <translation>引擎运行于</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>in a process of its own</source>
        <translation>独立进程</translation>
    </message>
    <message>
        <source>in this process</source>
        <translation>本进程</translation>
    </message>
    <message>
        <source>GPU where there is one</source>
        <translation>优先 GPU</translation>
    </message>
    <message>
        <source>Autosave</source>
        <translation>自动保存</translation>
    </message>
    <message>
        <source>Keep every case as it changes</source>
        <translation>病例改动时自动留存</translation>
    </message>
    <message>
        <source>Kept cases stay</source>
        <translation>病例留存时间</translation>
    </message>
    <message>
        <source> days</source>
        <translation> 天</translation>
    </message>
    <message>
        <source>Days that kept cases stay</source>
        <translation>病例留存天数</translation>
    </message>
    <message>
        <source>Patient details</source>
        <translation>患者信息</translation>
    </message>
    <message>
        <source>Take patient details out of DICOM files when a case is saved</source>
        <translation>保存病例时去除 DICOM 文件中的患者信息</translation>
    </message>
</context>
<context>
    <name>SheetView</name>
    <message>
        <source>Not confirmed: {} values do not count.</source>
        <translation>未确认：{} 个数值不计入。</translation>
    </message>
    <message>
        <source>Confirmed: {counted} of {count} values count.</source>
        <translation>已确认：{count} 个数值中计入 {counted} 个。</translation>
    </message>
    <message>
        <source>Remove sheet…</source>
        <translation>移除表格…</translation>
    </message>
    <message>
        <source>Remove sheet</source>
        <translation>移除表格</translation>
    </message>
    <message>
        <source>Imported values</source>
        <translation>导入的数值</translation>
    </message>
    <message>
        <source>Confirm values</source>
        <translation>确认数值</translation>
    </message>
    <message>
        <source>They are as in the sheet: let them count</source>
        <translation>与表格一致：计入这些数值</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>撤回</translation>
    </message>
    <message>
        <source>The values do not count any more</source>
        <translation>这些数值不再计入</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Zoom in, zoom out</source>
        <translation>放大、缩小</translation>
    </message>
    <message>
        <source>Ctrl+wheel</source>
        <translation>Ctrl+滚轮</translation>
    </message>
    <message>
        <source>Fit and reset</source>
        <translation>适应窗口并复位</translation>
    </message>
    <message>
        <source>double click</source>
        <translation>双击</translation>
    </message>
    <message>
        <source>Invert</source>
        <translation>反相</translation>
    </message>
    <message>
        <source>The file&apos;s own windows</source>
        <translation>文件自带的窗</translation>
    </message>
    <message>
        <source>CT: brain, abdomen, mediastinum, bone, lung</source>
        <translation>CT：脑、腹部、纵隔、骨、肺</translation>
    </message>
    <message>
        <source>Whole range, usual range</source>
        <translation>全部范围、常用范围</translation>
    </message>
    <message>
        <source>Window width, window level</source>
        <translation>窗宽、窗位</translation>
    </message>
    <message>
        <source>Hide, show the heat map</source>
        <translation>隐藏、显示热图</translation>
    </message>
    <message>
        <source>Pan</source>
        <translation>平移</translation>
    </message>
    <message>
        <source>middle drag</source>
        <translation>中键拖动</translation>
    </message>
    <message>
        <source>Space+drag</source>
        <translation>空格+拖动</translation>
    </message>
    <message>
        <source>Shift+arrows</source>
        <translation>Shift+方向键</translation>
    </message>
    <message>
        <source>Remove the image chosen in the film strip</source>
        <translation>移除胶片栏中选中的影像</translation>
    </message>
    <message>
        <source>Play, pause</source>
        <translation>播放、暂停</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>空格</translation>
    </message>
    <message>
        <source>Move the cursor</source>
        <translation>移动光标</translation>
    </message>
    <message>
        <source>Select a part</source>
        <translation>选取片段</translation>
    </message>
    <message>
        <source>drag</source>
        <translation>拖动</translation>
    </message>
    <message>
        <source>Ctrl+arrows</source>
        <translation>Ctrl+方向键</translation>
    </message>
    <message>
        <source>Other image or slice</source>
        <translation>其他影像或层面</translation>
    </message>
    <message>
        <source>wheel</source>
        <translation>滚轮</translation>
    </message>
    <message>
        <source>Read this slice</source>
        <translation>读取此层</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗口</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>影像</translation>
    </message>
    <message>
        <source>Audio</source>
        <translation>听诊</translation>
    </message>
</context>
<context>
    <name>SliceBar</name>
    <message>
        <source>{} of {} decoded</source>
        <translation>已解码 {0}/{1}</translation>
    </message>
    <message>
        <source> · not scored</source>
        <translation> · 未评分</translation>
    </message>
    <message>
        <source>axial</source>
        <translation>横断面</translation>
    </message>
    <message>
        <source>coronal</source>
        <translation>冠状面</translation>
    </message>
    <message>
        <source>sagittal</source>
        <translation>矢状面</translation>
    </message>
    <message>
        <source>Plane</source>
        <translation>平面</translation>
    </message>
    <message>
        <source>Slice</source>
        <translation>层面</translation>
    </message>
    <message>
        <source>Finding shown by slice</source>
        <translation>逐层显示的发现</translation>
    </message>
    <message>
        <source>How probable the finding is in each slice alone; ▲ is the slice read</source>
        <translation>该发现在每一层单独的概率；▲ 为所读取的层面</translation>
    </message>
    <message>
        <source>Read this slice</source>
        <translation>读取此层</translation>
    </message>
    <message>
        <source>The report is about this slice then (R)</source>
        <translation>报告将针对此层 (R)</translation>
    </message>
    <message>
        <source>Score all slices</source>
        <translation>为所有层面评分</translation>
    </message>
    <message>
        <source>Score each slice alone, after the report</source>
        <translation>报告之后逐层单独评分</translation>
    </message>
    <message>
        <source>Stop decoding; slices come as they are looked at</source>
        <translation>停止解码；查看到的层面才会解码</translation>
    </message>
</context>
<context>
    <name>SoundView</name>
    <message>
        <source>Waveform and spectrogram</source>
        <translation>波形与频谱图</translation>
    </message>
    <message>
        <source>Space plays, arrows move the cursor, with Shift they select, Escape clears the selection.</source>
        <translation>空格播放，方向键移动光标，加 Shift 选取，Esc 清除选区。</translation>
    </message>
    <message>
        <source>{}: no moment stands out</source>
        <translation>{}：没有突出的时段</translation>
    </message>
</context>
<context>
    <name>StagesPanel</name>
    <message>
        <source>running…</source>
        <translation>运行中…</translation>
    </message>
    <message>
        <source>reused</source>
        <translation>复用</translation>
    </message>
    <message>
        <source>Stages</source>
        <translation>步骤</translation>
    </message>
    <message>
        <source>read</source>
        <translation>读取</translation>
    </message>
    <message>
        <source>encode</source>
        <translation>编码</translation>
    </message>
    <message>
        <source>score</source>
        <translation>评分</translation>
    </message>
    <message>
        <source>weigh</source>
        <translation>权衡</translation>
    </message>
    <message>
        <source>write</source>
        <translation>撰写报告</translation>
    </message>
    <message>
        <source>locate</source>
        <translation>定位</translation>
    </message>
    <message>
        <source>all slices</source>
        <translation>所有层面</translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message>
        <source>Engine is loading</source>
        <translation>引擎加载中</translation>
    </message>
    <message>
        <source>Engine ready</source>
        <translation>引擎就绪</translation>
    </message>
    <message>
        <source>Engine is working</source>
        <translation>引擎分析中</translation>
    </message>
    <message>
        <source>Engine ended, starting it again</source>
        <translation>引擎意外退出，正在重启</translation>
    </message>
    <message>
        <source>Engine is not running</source>
        <translation>引擎未运行</translation>
    </message>
    <message>
        <source>engine {} MB</source>
        <translation>引擎 {} MB</translation>
    </message>
    <message>
        <source>OFFLINE</source>
        <translation>离线</translation>
    </message>
    <message>
        <source>Nothing leaves this machine: mmdesk opens no network connection.</source>
        <translation>数据不会离开本机：mmdesk 不建立任何网络连接。</translation>
    </message>
    <message>
        <source>Research use only, not for diagnosis</source>
        <translation>仅供研究，不得用于诊断</translation>
    </message>
</context>
<context>
    <name>Toolbar</name>
    <message>
        <source>Pack</source>
        <translation>模型包</translation>
    </message>
    <message>
        <source>Model pack</source>
        <translation>模型包</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Export the report</source>
        <translation>导出报告</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>Recent cases</source>
        <translation>最近病例</translation>
    </message>
    <message>
        <source>Sample cases</source>
        <translation>示例病例</translation>
    </message>
    <message>
        <source>Child with a cough: radiograph, heart sound, record</source>
        <translation>咳嗽患儿：X 线片、心音、病历</translation>
    </message>
    <message>
        <source>Adult who is tired: record with blood tests</source>
        <translation>乏力成人：含血液检验的病历</translation>
    </message>
</context>
<context>
    <name>WorkList</name>
    <message>
        <source>nothing present</source>
        <translation>无符合的发现</translation>
    </message>
    <message>
        <source>no finding scored</source>
        <translation>无评分的发现</translation>
    </message>
    <message>
        <source>reading…</source>
        <translation>读取中…</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>待读取</translation>
    </message>
    <message>
        <source>read</source>
        <translation>已读取</translation>
    </message>
    <message>
        <source>partly read</source>
        <translation>部分读取</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
</context>
<context>
    <name>WorkPanel</name>
    <message>
        <source>By name</source>
        <translation>按名称</translation>
    </message>
    <message>
        <source>By state</source>
        <translation>按状态</translation>
    </message>
    <message>
        <source>Worst first</source>
        <translation>最严重的在前</translation>
    </message>
    <message>
        <source>Work list</source>
        <translation>工作列表</translation>
    </message>
    <message>
        <source>Name, state or finding</source>
        <translation>名称、状态或发现</translation>
    </message>
    <message>
        <source>Show the cases with</source>
        <translation>筛选病例</translation>
    </message>
    <message>
        <source>Show all cases</source>
        <translation>显示所有病例</translation>
    </message>
    <message>
        <source>Sort the cases</source>
        <translation>病例排序</translation>
    </message>
    <message>
        <source>Cases</source>
        <translation>病例</translation>
    </message>
    <message>
        <source>No case fits.</source>
        <translation>没有匹配的病例。</translation>
    </message>
    <message>
        <source>Close the work list</source>
        <translation>关闭工作列表</translation>
    </message>
    <message>
        <source>Most likely first: {}</source>
        <translation>概率高的在前：{}</translation>
    </message>
</context>
<context>
    <name>_Cell</name>
    <message>
        <source>{} pts</source>
        <translation>{} 点</translation>
    </message>
</context>
<context>
    <name>_Chip</name>
    <message>
        <source>{} pts</source>
        <translation>{} 点</translation>
    </message>
</context>
<context>
    <name>_Value</name>
    <message>
        <source>{} pts</source>
        <translation>{} 点</translation>
    </message>
</context>
<context>
    <name>said</name>
    <message>
        <source>this is {}, not {}</source>
        <translation>这是{}，不是{}</translation>
    </message>
    <message>
        <source>this is {}</source>
        <translation>这是{}</translation>
    </message>
    <message>
        <source>this is a folder</source>
        <translation>这是文件夹</translation>
    </message>
    <message>
        <source>this is a device or a pipe</source>
        <translation>这是设备或管道</translation>
    </message>
    <message>
        <source>this is empty</source>
        <translation>内容为空</translation>
    </message>
    <message>
        <source>there is no such file</source>
        <translation>没有此文件</translation>
    </message>
    <message>
        <source>you may not read this file</source>
        <translation>没有读取此文件的权限</translation>
    </message>
    <message>
        <source>it cannot be read ({})</source>
        <translation>无法读取（{}）</translation>
    </message>
    <message>
        <source>the file is larger than {} MB</source>
        <translation>文件超过 {} MB</translation>
    </message>
    <message>
        <source>Save it as {}.</source>
        <translation>请另存为 {}。</translation>
    </message>
    <message>
        <source>Save it in a form that mmdesk reads: {}.</source>
        <translation>请另存为 mmdesk 可读取的格式：{}。</translation>
    </message>
    <message>
        <source>Give it as {} with --{}.</source>
        <translation>请用 --{1} 作为{0}提供。</translation>
    </message>
    <message>
        <source>Choose another file, or export it again.</source>
        <translation>请另选文件，或重新导出。</translation>
    </message>
    <message>
        <source>Choose one file in it.</source>
        <translation>请选择其中一个文件。</translation>
    </message>
    <message>
        <source>Choose a file.</source>
        <translation>请选择文件。</translation>
    </message>
    <message>
        <source>Check the name and the folder.</source>
        <translation>请检查文件名和文件夹。</translation>
    </message>
    <message>
        <source>Ask its owner or copy it.</source>
        <translation>请联系文件所有者，或复制一份。</translation>
    </message>
    <message>
        <source>Copy it to another folder.</source>
        <translation>请将其复制到其他文件夹。</translation>
    </message>
    <message>
        <source>Give the part that matters.</source>
        <translation>请只提供需要的部分。</translation>
    </message>
    <message>
        <source>an image</source>
        <translation>影像</translation>
    </message>
    <message>
        <source>a recording</source>
        <translation>录音</translation>
    </message>
    <message>
        <source>a record</source>
        <translation>病历</translation>
    </message>
    <message>
        <source>a text file</source>
        <translation>文本文件</translation>
    </message>
    <message>
        <source>an image ({})</source>
        <translation>影像（{}）</translation>
    </message>
    <message>
        <source>a recording ({})</source>
        <translation>录音（{}）</translation>
    </message>
    <message>
        <source>WAV, FLAC, OGG or MP3</source>
        <translation>WAV、FLAC、OGG 或 MP3</translation>
    </message>
    <message>
        <source>of a kind that mmdesk does not know</source>
        <translation> mmdesk 不认识的类型</translation>
    </message>
    <message>
        <source>a GIF picture</source>
        <translation> GIF 图片</translation>
    </message>
    <message>
        <source>a BMP picture</source>
        <translation> BMP 图片</translation>
    </message>
    <message>
        <source>a WebP picture</source>
        <translation> WebP 图片</translation>
    </message>
    <message>
        <source>a HEIC or AVIF picture</source>
        <translation> HEIC 或 AVIF 图片</translation>
    </message>
    <message>
        <source>an MP4, M4A or MOV file</source>
        <translation> MP4、M4A 或 MOV 文件</translation>
    </message>
    <message>
        <source>the file ends before the picture does</source>
        <translation>文件不完整，图像被截断</translation>
    </message>
    <message>
        <source>the picture in it is damaged</source>
        <translation>其中的图像已损坏</translation>
    </message>
    <message>
        <source>the picture has no contrast, all of it is one grey</source>
        <translation>图像没有对比度，全为同一灰度</translation>
    </message>
    <message>
        <source>the picture has more than {} megapixels</source>
        <translation>图像超过 {} 百万像素</translation>
    </message>
    <message>
        <source>the picture takes more than {} MB</source>
        <translation>图像占用超过 {} MB</translation>
    </message>
    <message>
        <source>the picture is only {} by {} pixels</source>
        <translation>图像仅 {} × {} 像素</translation>
    </message>
    <message>
        <source>unpacked, the file is larger than {} MB</source>
        <translation>文件解压后超过 {} MB</translation>
    </message>
    <message>
        <source>this DICOM file holds no picture</source>
        <translation>此 DICOM 文件不含图像</translation>
    </message>
    <message>
        <source>its pixels are compressed as {}, which cannot be read here</source>
        <translation>像素以 {} 压缩，此处无法读取</translation>
    </message>
    <message>
        <source>something unknown</source>
        <translation>未知格式</translation>
    </message>
    <message>
        <source>Export or copy it again.</source>
        <translation>请重新导出或复制。</translation>
    </message>
    <message>
        <source>Export it smaller.</source>
        <translation>请导出较小的图像。</translation>
    </message>
    <message>
        <source>Export it with at least {} pixels on each side.</source>
        <translation>请导出每边至少 {} 像素的图像。</translation>
    </message>
    <message>
        <source>Choose the file with the image itself.</source>
        <translation>请选择包含图像本身的文件。</translation>
    </message>
    <message>
        <source>PNG, JPEG, TIFF, DICOM or NIfTI</source>
        <translation>PNG、JPEG、TIFF、DICOM 或 NIfTI</translation>
    </message>
    <message>
        <source>a record ({})</source>
        <translation>病历（{}）</translation>
    </message>
    <message>
        <source>text, PDF, CSV or XLSX</source>
        <translation>文本、PDF、CSV 或 XLSX</translation>
    </message>
    <message>
        <source>If it holds sound, convert it to WAV or FLAC.</source>
        <translation>如果其中有声音，请转换为 WAV 或 FLAC。</translation>
    </message>
    <message>
        <source>a case of mmdesk</source>
        <translation>mmdesk 病例</translation>
    </message>
    <message>
        <source>a Word document</source>
        <translation>Word 文档</translation>
    </message>
    <message>
        <source>an office file</source>
        <translation>办公文件</translation>
    </message>
    <message>
        <source>a compressed file</source>
        <translation>压缩文件</translation>
    </message>
    <message>
        <source>a web page</source>
        <translation>网页</translation>
    </message>
    <message>
        <source>an XML file</source>
        <translation>XML 文件</translation>
    </message>
    <message>
        <source>an RTF document</source>
        <translation>RTF 文档</translation>
    </message>
    <message>
        <source>this is no DICOM file</source>
        <translation>这不是 DICOM 文件</translation>
    </message>
    <message>
        <source>this is no whole DICOM file</source>
        <translation>这不是完整的 DICOM 文件</translation>
    </message>
    <message>
        <source>this is a DICOMDIR, a list of files with the names of their patients</source>
        <translation>这是 DICOMDIR，即带有患者姓名的文件列表</translation>
    </message>
    <message>
        <source>this DICOM file holds a report or a document, whose text cannot be cleaned</source>
        <translation>此 DICOM 文件含有报告或文档，其文字无法清除</translation>
    </message>
    <message>
        <source>patient details would stay in it ({})</source>
        <translation>其中仍会留有患者信息（{}）</translation>
    </message>
    <message>
        <source>Choose a DICOM file.</source>
        <translation>请选择 DICOM 文件。</translation>
    </message>
    <message>
        <source>Leave it out, and pass on the pictures alone.</source>
        <translation>请不要包含它，只转交影像。</translation>
    </message>
    <message>
        <source>Take them out where the file was made.</source>
        <translation>请在生成该文件的系统中去除。</translation>
    </message>
    <message>
        <source>the picture itself shows words, as its file says</source>
        <translation>据文件所述，影像本身带有文字</translation>
    </message>
    <message>
        <source>the picture itself may show a name or a number</source>
        <translation>影像本身可能带有姓名或号码</translation>
    </message>
    <message>
        <source>a face may be recognised in it</source>
        <translation>其中的面部可能被认出</translation>
    </message>
    <message>
        <source>Look at it before you pass it on.</source>
        <translation>转交前请查看。</translation>
    </message>
    <message>
        <source>the archive holds more than {} files</source>
        <translation>压缩包中的文件超过 {} 个</translation>
    </message>
    <message>
        <source>unpacked, the archive is larger than {} GB</source>
        <translation>解压后压缩包超过 {} GB</translation>
    </message>
    <message>
        <source>the archive is encrypted</source>
        <translation>压缩包已加密</translation>
    </message>
    <message>
        <source>Unpack it and give the files in it.</source>
        <translation>请解压后提供其中的文件。</translation>
    </message>
    <message>
        <source>a file in it is larger than {} MB</source>
        <translation>其中有文件超过 {} MB</translation>
    </message>
    <message>
        <source>Unpack it and give the part that matters.</source>
        <translation>请解压后提供需要的部分。</translation>
    </message>
    <message>
        <source>a file that belongs to it is not there</source>
        <translation>缺少属于它的一个文件</translation>
    </message>
    <message>
        <source>the archive is damaged</source>
        <translation>压缩包已损坏</translation>
    </message>
    <message>
        <source>the file has more than {} frames</source>
        <translation>文件超过 {} 帧</translation>
    </message>
    <message>
        <source>Unpack it and give the files that matter.</source>
        <translation>请解压后提供需要的文件。</translation>
    </message>
    <message>
        <source>there is no image in it</source>
        <translation>其中没有影像</translation>
    </message>
    <message>
        <source>Name a folder or an archive with images.</source>
        <translation>请指定含有影像的文件夹或压缩包。</translation>
    </message>
    <message>
        <source>the files that it names are not there</source>
        <translation>它所列出的文件不存在</translation>
    </message>
    <message>
        <source>Copy the whole disc or folder.</source>
        <translation>请复制整张光盘或整个文件夹。</translation>
    </message>
    <message>
        <source>the volume holds no numbers</source>
        <translation>该体数据中没有数值</translation>
    </message>
    <message>
        <source>this is one half of a volume, of which the other lies in another file</source>
        <translation>这只是体数据的一半，另一半在另一个文件中</translation>
    </message>
    <message>
        <source>Save it as one file, .nii.</source>
        <translation>请保存为单个 .nii 文件。</translation>
    </message>
    <message>
        <source>its values are colours or complex numbers</source>
        <translation>其数值为彩色或复数</translation>
    </message>
    <message>
        <source>Export grey values.</source>
        <translation>请导出灰度值。</translation>
    </message>
    <message>
        <source>Export the part that matters.</source>
        <translation>请导出需要的部分。</translation>
    </message>
    <message>
        <source>the file has more than {} pages</source>
        <translation>文件超过 {} 页</translation>
    </message>
    <message>
        <source>this directory names no files</source>
        <translation>该目录没有列出文件</translation>
    </message>
    <message>
        <source>Give the folder with the images.</source>
        <translation>请提供含有影像的文件夹。</translation>
    </message>
    <message>
        <source>Add it again.</source>
        <translation>请重新添加。</translation>
    </message>
    <message>
        <source>this archive is no picture</source>
        <translation>该压缩包不是影像</translation>
    </message>
    <message>
        <source>Open it, and choose a series in it.</source>
        <translation>请打开它并选择其中的序列。</translation>
    </message>
    <message>
        <source>its slices do not lie in it</source>
        <translation>其层面不在其中</translation>
    </message>
    <message>
        <source>this kind of TIFF cannot be read here</source>
        <translation>此类 TIFF 无法在此读取</translation>
    </message>
    <message>
        <source>Save it as PNG, or as TIFF with 8 or 16 bits.</source>
        <translation>请另存为 PNG，或 8 位或 16 位的 TIFF。</translation>
    </message>
    <message>
        <source>unpacked, its files are larger than {} MB</source>
        <translation>解压后其文件超过 {} MB</translation>
    </message>
    <message>
        <source>its pixels take too long or too much memory to unpack</source>
        <translation>解压其像素耗时过长或占用内存过多</translation>
    </message>
    <message>
        <source>the process that unpacks it does not start</source>
        <translation>用于解压的进程无法启动</translation>
    </message>
    <message>
        <source>Export it uncompressed (Explicit VR Little Endian).</source>
        <translation>请以未压缩格式导出 (Explicit VR Little Endian)。</translation>
    </message>
    <message>
        <source>the recording is silent</source>
        <translation>录音无声</translation>
    </message>
    <message>
        <source>the recording is damaged</source>
        <translation>录音已损坏</translation>
    </message>
    <message>
        <source>the recording contains values that are not numbers</source>
        <translation>录音含有非数值数据</translation>
    </message>
    <message>
        <source>this DICOM waveform is no sound; its channel {} is shown</source>
        <translation>此 DICOM 波形不是声音；显示其通道 {}</translation>
    </message>
    <message>
        <source>this DICOM waveform is compressed</source>
        <translation>此 DICOM 波形经过压缩</translation>
    </message>
    <message>
        <source>this DICOM file holds no waveform</source>
        <translation>此 DICOM 文件不含波形</translation>
    </message>
    <message>
        <source>the waveform in it is damaged</source>
        <translation>其中的波形已损坏</translation>
    </message>
    <message>
        <source>Packs that read sound do not score it.</source>
        <translation>读取声音的模型包不为其评分。</translation>
    </message>
    <message>
        <source>Choose the file with the recording itself.</source>
        <translation>请选择含有录音本身的文件。</translation>
    </message>
    <message>
        <source>the recording holds no sound</source>
        <translation>录音不含声音</translation>
    </message>
    <message>
        <source>the recording is shorter than {} seconds</source>
        <translation>录音不足 {} 秒</translation>
    </message>
    <message>
        <source>the recording is longer than {} minutes</source>
        <translation>录音超过 {} 分钟</translation>
    </message>
    <message>
        <source>Check the microphone and record it again.</source>
        <translation>请检查麦克风后重新录音。</translation>
    </message>
    <message>
        <source>Record or export it again.</source>
        <translation>请重新录音或导出。</translation>
    </message>
    <message>
        <source>Record it again.</source>
        <translation>请重新录音。</translation>
    </message>
    <message>
        <source>Cut out the part that matters.</source>
        <translation>请截取需要的部分。</translation>
    </message>
    <message>
        <source>the record is not plain text</source>
        <translation>病历不是纯文本</translation>
    </message>
    <message>
        <source>the record is empty</source>
        <translation>病历为空</translation>
    </message>
    <message>
        <source>the record is longer than {} characters</source>
        <translation>病历超过 {} 个字符</translation>
    </message>
    <message>
        <source>Save the record as plain text (UTF-8) and open it again.</source>
        <translation>请将病历另存为纯文本 (UTF-8) 后重新打开。</translation>
    </message>
    <message>
        <source>Type or open a record with some text.</source>
        <translation>请输入或打开有内容的病历。</translation>
    </message>
    <message>
        <source>Open only the part that belongs to this case.</source>
        <translation>请只打开属于本病例的部分。</translation>
    </message>
    <message>
        <source>typed text</source>
        <translation>键入的文本</translation>
    </message>
    <message>
        <source>pasted text</source>
        <translation>粘贴的文本</translation>
    </message>
    <message>
        <source>this file is damaged</source>
        <translation>此文件已损坏</translation>
    </message>
    <message>
        <source>no values were found in this sheet</source>
        <translation>在此表格中未找到数值</translation>
    </message>
    <message>
        <source>no values were found in it</source>
        <translation>其中未找到数值</translation>
    </message>
    <message>
        <source>it holds values of several patients</source>
        <translation>其中含有多名患者的数值</translation>
    </message>
    <message>
        <source>it holds more than {} values</source>
        <translation>其中的数值超过 {} 个</translation>
    </message>
    <message>
        <source>it has more than {} rows</source>
        <translation>其行数超过 {}</translation>
    </message>
    <message>
        <source>it is protected by a password</source>
        <translation>它受密码保护</translation>
    </message>
    <message>
        <source>unpacked, it is larger than a sheet of values can be</source>
        <translation>解压后，它大于数值表格的上限</translation>
    </message>
    <message>
        <source>unpacked, it is larger than a record can be</source>
        <translation>解压后，它大于病历的上限</translation>
    </message>
    <message>
        <source>this is no FHIR resource</source>
        <translation>这不是 FHIR 资源</translation>
    </message>
    <message>
        <source>this message holds no results</source>
        <translation>此消息不含结果</translation>
    </message>
    <message>
        <source>it has more than {} pages</source>
        <translation>其页数超过 {}</translation>
    </message>
    <message>
        <source>reading it takes too long</source>
        <translation>读取耗时过长</translation>
    </message>
    <message>
        <source>this PDF has no text in it, it is a scan</source>
        <translation>此 PDF 中没有文字，是扫描件</translation>
    </message>
    <message>
        <source>Name its columns: date, test, value, unit, reference range.</source>
        <translation>请为各列命名：date、test、value、unit、reference range。</translation>
    </message>
    <message>
        <source>Give those of one patient alone.</source>
        <translation>请只提供一名患者的数值。</translation>
    </message>
    <message>
        <source>Save it without one.</source>
        <translation>请去除密码后保存。</translation>
    </message>
    <message>
        <source>Export it again.</source>
        <translation>请重新导出。</translation>
    </message>
    <message>
        <source>Export it as FHIR R4, JSON.</source>
        <translation>请导出为 FHIR R4 JSON。</translation>
    </message>
    <message>
        <source>Export the results as ORU^R01.</source>
        <translation>请将结果导出为 ORU^R01。</translation>
    </message>
    <message>
        <source>Export the observations of the patient.</source>
        <translation>请导出该患者的观察结果。</translation>
    </message>
    <message>
        <source>Give the pages that matter.</source>
        <translation>请提供需要的页面。</translation>
    </message>
    <message>
        <source>Type what matters, or open it as text.</source>
        <translation>请键入需要的内容，或以文本打开。</translation>
    </message>
    <message>
        <source>its date lies in the future</source>
        <translation>其日期在未来</translation>
    </message>
    <message>
        <source>its date cannot be read</source>
        <translation>其日期无法读取</translation>
    </message>
    <message>
        <source>its date can be read two ways</source>
        <translation>其日期有两种读法</translation>
    </message>
    <message>
        <source>its comma may mean tenths or thousands</source>
        <translation>其逗号可能表示小数或千位</translation>
    </message>
    <message>
        <source>its point may mean tenths or thousands</source>
        <translation>其点号可能表示小数或千位</translation>
    </message>
    <message>
        <source>it is not final</source>
        <translation>尚非最终结果</translation>
    </message>
    <message>
        <source>it was refuted</source>
        <translation>已被否定</translation>
    </message>
    <message>
        <source>it is over</source>
        <translation>已结束</translation>
    </message>
    <message>
        <source>only the year of birth is known</source>
        <translation>只知道出生年份</translation>
    </message>
    <message>
        <source>the pack does not know this test</source>
        <translation>模型包不认识此项检验</translation>
    </message>
    <message>
        <source>it is no number</source>
        <translation>它不是数字</translation>
    </message>
    <message>
        <source>it is a bound, not a value</source>
        <translation>它是界限，不是数值</translation>
    </message>
    <message>
        <source>it has no unit</source>
        <translation>它没有单位</translation>
    </message>
    <message>
        <source>it says neither yes nor no</source>
        <translation>它既未说有也未说无</translation>
    </message>
    <message>
        <source>the pack finds nothing in it</source>
        <translation>模型包在其中未找到内容</translation>
    </message>
    <message>
        <source>{} cannot be converted to {}</source>
        <translation>{} 无法换算为 {}</translation>
    </message>
    <message>
        <source>{} is not possible</source>
        <translation>{} 不可能</translation>
    </message>
    <message>
        <source>“{}” is no {}</source>
        <translation>“{}”不是{}</translation>
    </message>
    <message>
        <source>its code {} is none that the pack knows for {}</source>
        <translation>其代码 {} 不是模型包所知的 {} 的代码</translation>
    </message>
    <message>
        <source>{} imported values do not count until they are confirmed ({}).</source>
        <translation>导入的 {} 个数值在确认之前不计入（{}）。</translation>
    </message>
    <message>
        <source>in Record, or by --confirm-labs</source>
        <translation>在“病历”中，或用 --confirm-labs</translation>
    </message>
    <message>
        <source>not counted: {}</source>
        <translation>未计入：{}</translation>
    </message>
    <message>
        <source>the engine cannot be started ({}: {})</source>
        <translation>引擎无法启动（{}：{}）</translation>
    </message>
    <message>
        <source>the engine was not started</source>
        <translation>引擎尚未启动</translation>
    </message>
    <message>
        <source>the engine ended unexpectedly ({})</source>
        <translation>引擎意外退出（{}）</translation>
    </message>
    <message>
        <source>signal {}</source>
        <translation>信号 {}</translation>
    </message>
    <message>
        <source>exit code {}</source>
        <translation>退出码 {}</translation>
    </message>
    <message>
        <source>it could not be started, {}</source>
        <translation>无法启动，{}</translation>
    </message>
    <message>
        <source>the program made a mistake while it tried to {} ({})</source>
        <translation>程序在“{}”步骤出错（{}）</translation>
    </message>
    <message>
        <source>read</source>
        <translation>读取</translation>
    </message>
    <message>
        <source>encode</source>
        <translation>编码</translation>
    </message>
    <message>
        <source>score</source>
        <translation>评分</translation>
    </message>
    <message>
        <source>weigh</source>
        <translation>权衡</translation>
    </message>
    <message>
        <source>write</source>
        <translation>撰写报告</translation>
    </message>
    <message>
        <source>locate</source>
        <translation>定位</translation>
    </message>
    <message>
        <source>sweep</source>
        <translation>逐层评分</translation>
    </message>
    <message>
        <source>Install mmdesk again.</source>
        <translation>请重新安装 mmdesk。</translation>
    </message>
    <message>
        <source>Please report it with its details.</source>
        <translation>请连同详情一并反馈。</translation>
    </message>
    <message>
        <source>Analyse again. If it happens again, close other programs to free memory.</source>
        <translation>请重新分析。若再次发生，请关闭其他程序以释放内存。</translation>
    </message>
    <message>
        <source>no CUDA device is there</source>
        <translation>没有 CUDA 设备</translation>
    </message>
    <message>
        <source>this is neither a pack&apos;s name nor a folder with a pack.toml</source>
        <translation>既不是已有模型包的名称，也不是含 pack.toml 的文件夹</translation>
    </message>
    <message>
        <source>there is no pack.toml in this folder</source>
        <translation>此文件夹中没有 pack.toml</translation>
    </message>
    <message>
        <source>pack.toml cannot be read: {}</source>
        <translation>无法读取 pack.toml：{}</translation>
    </message>
    <message>
        <source>pack.toml does not fit: {}</source>
        <translation>pack.toml 不符合要求：{}</translation>
    </message>
    <message>
        <source>pack.toml does not fit the network: {}</source>
        <translation>pack.toml 与网络不匹配：{}</translation>
    </message>
    <message>
        <source>the pack has format {}, this mmdesk reads format {}</source>
        <translation>模型包格式为 {}，本版 mmdesk 读取格式 {}</translation>
    </message>
    <message>
        <source>weights.safetensors does not fit: {}</source>
        <translation>weights.safetensors 不符合要求：{}</translation>
    </message>
    <message>
        <source>the network gives numbers that are not finite</source>
        <translation>网络输出了非有限数值</translation>
    </message>
    <message>
        <source>{} cannot be read</source>
        <translation>无法读取 {}</translation>
    </message>
    <message>
        <source>{} cannot be read: {}</source>
        <translation>无法读取 {}：{}</translation>
    </message>
    <message>
        <source>{} is missing</source>
        <translation>缺少 {}</translation>
    </message>
    <message>
        <source>{} was changed: its SHA-256 is not the one in {}</source>
        <translation>{} 已被改动：其 SHA-256 与 {} 中的不一致</translation>
    </message>
    <message>
        <source>the pack holds {}, which is no part of a pack and will not be opened</source>
        <translation>模型包中的 {} 不属于模型包，不会打开</translation>
    </message>
    <message>
        <source>Choose the device cpu.</source>
        <translation>请选择设备 cpu。</translation>
    </message>
    <message>
        <source>Packs here: {}.</source>
        <translation>已有的模型包：{}。</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Get the pack again.</source>
        <translation>请重新获取模型包。</translation>
    </message>
    <message>
        <source>Get the pack again from where it came.</source>
        <translation>请从原来源重新获取模型包。</translation>
    </message>
    <message>
        <source>Take that file out if you trust the rest, or get the pack again from where it came.</source>
        <translation>如信任其余内容，请移走该文件，否则请从原处重新获取模型包。</translation>
    </message>
    <message>
        <source>there is a pack of this name already</source>
        <translation>已有同名的模型包</translation>
    </message>
    <message>
        <source>Delete {} first, or use the new one where it lies.</source>
        <translation>请先删除 {}，或在原处使用新的模型包。</translation>
    </message>
    <message>
        <source>its name in pack.toml cannot be that of a folder</source>
        <translation>pack.toml 中的名称不能作为文件夹名</translation>
    </message>
    <message>
        <source>Take a pack made for this version, or update mmdesk.</source>
        <translation>请使用适用于本版本的模型包，或更新 mmdesk。</translation>
    </message>
    <message>
        <source>Name the folder of a model pack.</source>
        <translation>请指定模型包所在文件夹。</translation>
    </message>
    <message>
        <source>none of the inputs could be read</source>
        <translation>所有输入均无法读取</translation>
    </message>
    <message>
        <source>the pack {} was not trained to answer this</source>
        <translation>模型包 {} 未经此项训练</translation>
    </message>
    <message>
        <source>the pack {} has no answer to {}</source>
        <translation>模型包 {} 无法回答 {}</translation>
    </message>
    <message>
        <source>the pack {} has no answer without a name</source>
        <translation>模型包 {} 需要一个名称才能回答</translation>
    </message>
    <message>
        <source>a question with a negation could be answered both ways</source>
        <translation>带否定的问题答案会有歧义</translation>
    </message>
    <message>
        <source>{} is read from {}, not from “{}”</source>
        <translation>{}读自{}，而非“{}”</translation>
    </message>
    <message>
        <source>it looks like neither {} (at most {})</source>
        <translation>与已知检查均不相似：{}（最高 {}）</translation>
    </message>
    <message>
        <source>the nearest is {}, but it is too unlike those that the pack learned from</source>
        <translation>最接近的是 {}，但与模型包学习过的同类数据相差过大</translation>
    </message>
    <message>
        <source>the file says that it is {}</source>
        <translation>文件标明其为：{}</translation>
    </message>
    <message>
        <source>the file says that it is {}, but it looks like {}</source>
        <translation>文件标明其为：{}，但看起来像 {}</translation>
    </message>
    <message>
        <source>{}: learned from {}.</source>
        <translation>{}：训练数据为 {}。</translation>
    </message>
    <message>
        <source>{}: the age is not known; learned from {}.</source>
        <translation>{}：年龄未知；训练数据为 {}。</translation>
    </message>
    <message>
        <source>{}: outside its population, age {}; learned from {}.</source>
        <translation>{}：超出训练人群范围，年龄 {}；训练数据为 {}。</translation>
    </message>
    <message>
        <source>{} years</source>
        <translation>{} 岁</translation>
    </message>
    <message>
        <source>Mend one and try again.</source>
        <translation>请修正其中一项后重试。</translation>
    </message>
    <message>
        <source>Ask for {}.</source>
        <translation>可选：{}。</translation>
    </message>
    <message>
        <source>Ask about {}, a kind of one of these, or what a record may state.</source>
        <translation>可询问：{}，其中的某一种，或病历可能写明的内容。</translation>
    </message>
    <message>
        <source>Ask without it.</source>
        <translation>请去掉否定再问。</translation>
    </message>
    <message>
        <source>Ask without that word.</source>
        <translation>请去掉该词再提问。</translation>
    </message>
    <message>
        <source>this is not a file</source>
        <translation>这不是文件</translation>
    </message>
    <message>
        <source>this is no case of mmdesk</source>
        <translation>这不是 mmdesk 病例</translation>
    </message>
    <message>
        <source>this case is damaged</source>
        <translation>病例已损坏</translation>
    </message>
    <message>
        <source>a newer mmdesk wrote this case</source>
        <translation>此病例由更新版本的 mmdesk 写入</translation>
    </message>
    <message>
        <source>the case is larger than {} GB</source>
        <translation>病例超过 {} GB</translation>
    </message>
    <message>
        <source>it cannot be written ({})</source>
        <translation>无法写入（{}）</translation>
    </message>
    <message>
        <source>the report cannot be written ({})</source>
        <translation>报告无法写入（{}）</translation>
    </message>
    <message>
        <source>Choose a case file.</source>
        <translation>请选择病例文件。</translation>
    </message>
    <message>
        <source>Choose a {} file.</source>
        <translation>请选择 {} 文件。</translation>
    </message>
    <message>
        <source>Take an earlier copy of it.</source>
        <translation>请使用较早的副本。</translation>
    </message>
    <message>
        <source>Update mmdesk.</source>
        <translation>请更新 mmdesk。</translation>
    </message>
    <message>
        <source>Take out what does not matter.</source>
        <translation>请移除不需要的内容。</translation>
    </message>
    <message>
        <source>Make room on the disk.</source>
        <translation>请清理磁盘空间。</translation>
    </message>
    <message>
        <source>Ask for the right to write there, or choose another folder.</source>
        <translation>请获取写入权限，或选择其他文件夹。</translation>
    </message>
    <message>
        <source>Look after the disk, or choose another folder.</source>
        <translation>请检查磁盘，或选择其他文件夹。</translation>
    </message>
    <message>
        <source>Name another.</source>
        <translation>请换一个名称。</translation>
    </message>
    <message>
        <source>the disk gave an error</source>
        <translation>磁盘出错</translation>
    </message>
    <message>
        <source>No space left on device</source>
        <translation>磁盘空间不足</translation>
    </message>
    <message>
        <source>Disk quota exceeded</source>
        <translation>超出磁盘配额</translation>
    </message>
    <message>
        <source>File too large</source>
        <translation>文件过大</translation>
    </message>
    <message>
        <source>Permission denied</source>
        <translation>权限不足</translation>
    </message>
    <message>
        <source>Operation not permitted</source>
        <translation>操作不允许</translation>
    </message>
    <message>
        <source>Read-only file system</source>
        <translation>只读文件系统</translation>
    </message>
    <message>
        <source>No such file or directory</source>
        <translation>没有此文件或文件夹</translation>
    </message>
    <message>
        <source>Not a directory</source>
        <translation>不是文件夹</translation>
    </message>
    <message>
        <source>Is a directory</source>
        <translation>是文件夹</translation>
    </message>
    <message>
        <source>Input/output error</source>
        <translation>输入输出错误</translation>
    </message>
    <message>
        <source>The settings cannot be read ({}); the defaults are used.</source>
        <translation>无法读取设置（{}）；已使用默认值。</translation>
    </message>
    <message>
        <source>The settings file {}; it is kept as {}, and the defaults are used.</source>
        <translation>设置文件{}；已另存为 {}，并使用默认值。</translation>
    </message>
    <message>
        <source>The settings file {}; the defaults are used. It could not be renamed ({}).</source>
        <translation>设置文件{}；已使用默认值，但无法重命名该文件（{}）。</translation>
    </message>
    <message>
        <source>is broken</source>
        <translation>已损坏</translation>
    </message>
    <message>
        <source>was written by a newer mmdesk</source>
        <translation>由更新版本的 mmdesk 写入</translation>
    </message>
    <message>
        <source>In the settings: {}.</source>
        <translation>设置中：{}。</translation>
    </message>
    <message>
        <source>not a usable value, so the default is used: {}</source>
        <translation>值无效，已使用默认值：{}</translation>
    </message>
    <message>
        <source>unknown and ignored: {}</source>
        <translation>未知项，已忽略：{}</translation>
    </message>
    <message>
        <source>Mend it; else the next start of mmdesk sets it aside.</source>
        <translation>请修正它；否则 mmdesk 下次启动时会将其移到一旁。</translation>
    </message>
    <message>
        <source>Update mmdesk; else the next start of mmdesk sets it aside.</source>
        <translation>请更新 mmdesk；否则下次启动时会将其移到一旁。</translation>
    </message>
    <message>
        <source>the name of the pack&apos;s folder cannot be written in a text file</source>
        <translation>模型包文件夹的名称无法写入文本文件</translation>
    </message>
    <message>
        <source>Rename the folder.</source>
        <translation>请重命名该文件夹。</translation>
    </message>
    <message>
        <source>{}, a frozen build</source>
        <translation>{}，打包版</translation>
    </message>
    <message>
        <source>{} is not installed</source>
        <translation>未安装 {}</translation>
    </message>
    <message>
        <source>the platform {}</source>
        <translation>平台 {}</translation>
    </message>
    <message>
        <source>X11, screen {}</source>
        <translation>X11，屏幕 {}</translation>
    </message>
    <message>
        <source>the system&apos;s own</source>
        <translation>系统自带</translation>
    </message>
    <message>
        <source>There is no display for a window.</source>
        <translation>没有可用于显示窗口的屏幕。</translation>
    </message>
    <message>
        <source>The display {} does not answer.</source>
        <translation>显示器 {} 没有响应。</translation>
    </message>
    <message>
        <source>Use it by its folder, where it lies.</source>
        <translation>请在原处通过文件夹使用它。</translation>
    </message>
    <message>
        <source>this user has no home folder</source>
        <translation>此用户没有主文件夹</translation>
    </message>
    <message>
        <source>Name one in MMDESK_HOME.</source>
        <translation>请在 MMDESK_HOME 中指定一个。</translation>
    </message>
    <message>
        <source>Use mmdesk analyze instead.</source>
        <translation>请改用 mmdesk analyze。</translation>
    </message>
    <message>
        <source>A window needs libraries that are not here; on Debian: apt install {}.</source>
        <translation>缺少显示窗口所需的库；Debian 上请运行：apt install {}。</translation>
    </message>
    <message>
        <source>On Debian: apt install libportaudio2.</source>
        <translation>Debian 上请运行：apt install libportaudio2。</translation>
    </message>
    <message>
        <source>{}, plays on {}, inputs: {}</source>
        <translation>{}，输出设备 {}，输入设备 {} 个</translation>
    </message>
    <message>
        <source>PortAudio is missing</source>
        <translation>缺少 PortAudio</translation>
    </message>
    <message>
        <source>PortAudio does not start ({})</source>
        <translation>PortAudio 无法启动（{}）</translation>
    </message>
    <message>
        <source>no sound device was found</source>
        <translation>未找到声音设备</translation>
    </message>
    <message>
        <source>heart sounds cannot be played</source>
        <translation>无法播放心音</translation>
    </message>
    <message>
        <source>Plug one in and check again.</source>
        <translation>请接上设备后重新检查。</translation>
    </message>
    <message>
        <source>Restart the computer; if that does not help, install mmdesk again.</source>
        <translation>请重启电脑；若仍无效，请重新安装 mmdesk。</translation>
    </message>
    <message>
        <source>no NVIDIA GPU</source>
        <translation>没有 NVIDIA GPU</translation>
    </message>
    <message>
        <source>the CPU is used, {} cores</source>
        <translation>使用 CPU，{} 核</translation>
    </message>
    <message>
        <source>there is an NVIDIA GPU, but this torch is built for the CPU</source>
        <translation>有 NVIDIA GPU，但安装的 torch 仅支持 CPU</translation>
    </message>
    <message>
        <source>there is an NVIDIA GPU, but torch cannot use it</source>
        <translation>有 NVIDIA GPU，但 torch 无法使用</translation>
    </message>
    <message>
        <source>torch cannot be loaded ({})</source>
        <translation>无法加载 torch（{}）</translation>
    </message>
    <message>
        <source>the settings name CUDA, which is not here</source>
        <translation>设置中选了 CUDA，但本机无法使用</translation>
    </message>
    <message>
        <source>The CPU is enough. For the GPU, install a torch with CUDA (pytorch.org).</source>
        <translation>CPU 已足够。如需使用 GPU，请安装支持 CUDA 的 torch（pytorch.org）。</translation>
    </message>
    <message>
        <source>The CPU is enough. For the GPU, update the NVIDIA driver.</source>
        <translation>CPU 已足够。如需使用 GPU，请更新 NVIDIA 驱动。</translation>
    </message>
    <message>
        <source>{} of {} GB are free</source>
        <translation>可用 {} GB，共 {} GB</translation>
    </message>
    <message>
        <source>mmdesk needs {} GB</source>
        <translation>mmdesk 需要 {} GB</translation>
    </message>
    <message>
        <source>{} GB are free</source>
        <translation>可用 {} GB</translation>
    </message>
    <message>
        <source>Close other programs if mmdesk is slow.</source>
        <translation>如果 mmdesk 运行缓慢，请关闭其他程序。</translation>
    </message>
    <message>
        <source>Use a computer with more memory.</source>
        <translation>请换一台内存更大的电脑。</translation>
    </message>
    <message>
        <source>{} cannot be written ({})</source>
        <translation>无法写入 {}（{}）</translation>
    </message>
    <message>
        <source>Get the right to write there, make room, or name another folder in {}.</source>
        <translation>请取得该处的写入权限、清理空间，或用 {} 指定其他文件夹。</translation>
    </message>
    <message>
        <source>they can be used</source>
        <translation>可以使用</translation>
    </message>
    <message>
        <source>the settings file {}</source>
        <translation>设置文件{}</translation>
    </message>
    <message>
        <source>Choose again in the settings, or mend settings.toml.</source>
        <translation>请在设置中重新选择，或修正 settings.toml。</translation>
    </message>
    <message>
        <source>all hashes match</source>
        <translation>哈希值全部一致</translation>
    </message>
    <message>
        <source>a file</source>
        <translation>一个文件</translation>
    </message>
    <message>
        <source>the sample case was read in {} s on the {}</source>
        <translation>示例病例已读取，用时 {} 秒（{}）</translation>
    </message>
    <message>
        <source>the sample case could not be read: {}</source>
        <translation>无法读取示例病例：{}</translation>
    </message>
    <message>
        <source>not tried, since a pack is not whole</source>
        <translation>未测试，因为有模型包不完整</translation>
    </message>
    <message>
        <source>Mend the pack first.</source>
        <translation>请先修复模型包。</translation>
    </message>
    <message>
        <source>this could not be checked: {}</source>
        <translation>无法检查：{}</translation>
    </message>
    <message>
        <source>the check cannot be started ({})</source>
        <translation>无法启动检查（{}）</translation>
    </message>
    <message>
        <source>the check ended unexpectedly ({})</source>
        <translation>检查意外结束（{}）</translation>
    </message>
    <message>
        <source>Please report it with all of these lines.</source>
        <translation>请附上以上所有内容反馈此问题。</translation>
    </message>
    <message>
        <source>Research use only, not for diagnosis.</source>
        <translation>仅供研究，不得用于诊断。</translation>
    </message>
    <message>
        <source>Stopped on request; the report holds what was written until then.</source>
        <translation>已按要求停止；报告包含此前写出的内容。</translation>
    </message>
    <message>
        <source>{}: not scored</source>
        <translation>{}：未评分</translation>
    </message>
    <message>
        <source>The analysis failed: {}.</source>
        <translation>分析失败：{}。</translation>
    </message>
    <message>
        <source>The case was changed after this report was begun.</source>
        <translation>此报告开始后病例已有改动。</translation>
    </message>
    <message>
        <source>Analyse it again.</source>
        <translation>请重新分析。</translation>
    </message>
    <message>
        <source>Text goes to Record</source>
        <translation>文本将放入“病历”</translation>
    </message>
    <message>
        <source>An image goes to Image</source>
        <translation>图像将放入“影像”</translation>
    </message>
    <message>
        <source>{} is an image: it goes to Image</source>
        <translation>{} 是图像，将放入“影像”</translation>
    </message>
    <message>
        <source>{} is a recording: it goes to Audio</source>
        <translation>{} 是录音，将放入“听诊”</translation>
    </message>
    <message>
        <source>{} is text: it goes to Record</source>
        <translation>{} 是文本，将放入“病历”</translation>
    </message>
    <message>
        <source>{} is a case: it is opened</source>
        <translation>{} 是病例，将打开</translation>
    </message>
    <message>
        <source>Files that can be read: {}</source>
        <translation>可读取的文件：{} 个</translation>
    </message>
    <message>
        <source>There is nothing here that mmdesk reads</source>
        <translation>这里没有 mmdesk 可读取的内容</translation>
    </message>
    <message>
        <source>This is a link, not a file on this computer</source>
        <translation>这是链接，不是本机上的文件</translation>
    </message>
    <message>
        <source>Save it to a folder first.</source>
        <translation>请先保存到文件夹。</translation>
    </message>
    <message>
        <source>mmdesk takes files, images and text</source>
        <translation>mmdesk 接受文件、图像和文本</translation>
    </message>
    <message>
        <source>Copy or drag one of these.</source>
        <translation>请复制或拖入其中之一。</translation>
    </message>
    <message>
        <source>There is nothing to paste</source>
        <translation>没有可粘贴的内容</translation>
    </message>
    <message>
        <source>Copy a file, an image or text first.</source>
        <translation>请先复制文件、图像或文本。</translation>
    </message>
    <message>
        <source>{}: a case is opened alone</source>
        <translation>{}：病例须单独打开</translation>
    </message>
    <message>
        <source>Add the other files once it is open.</source>
        <translation>请在打开后再添加其他文件。</translation>
    </message>
    <message>
        <source>{} was added to the record.</source>
        <translation>{} 已添加到病历。</translation>
    </message>
    <message>
        <source>Files that cannot be read were left out: {}</source>
        <translation>无法读取而未纳入的文件：{} 个</translation>
    </message>
    <message>
        <source>Files of a kind that mmdesk does not read were skipped: {}</source>
        <translation>因类型不支持而跳过的文件：{} 个</translation>
    </message>
    <message>
        <source>Only the first {} files were taken</source>
        <translation>仅纳入前 {} 个文件</translation>
    </message>
    <message>
        <source>Give the files that matter.</source>
        <translation>请只提供需要的文件。</translation>
    </message>
    <message>
        <source>This folder holds no files</source>
        <translation>此文件夹中没有文件</translation>
    </message>
    <message>
        <source>Choose another.</source>
        <translation>请另选一个。</translation>
    </message>
    <message>
        <source>{} is an image: it was put into Image.</source>
        <translation>{} 是图像，已放入“影像”。</translation>
    </message>
    <message>
        <source>{} is a recording: it was put into Audio.</source>
        <translation>{} 是录音，已放入“听诊”。</translation>
    </message>
    <message>
        <source>{} is for the record: it was put there.</source>
        <translation>{} 属于病历，已放入“病历”。</translation>
    </message>
    <message>
        <source>mmdesk reads DICOM, NIfTI, PNG, JPEG, TIFF, WAV, FLAC, OGG, MP3, text, PDF, CSV, XLSX, FHIR, HL7.</source>
        <translation>mmdesk 可读取 DICOM、NIfTI、PNG、JPEG、TIFF、WAV、FLAC、OGG、MP3、文本、PDF、CSV、XLSX、FHIR、HL7。</translation>
    </message>
    <message>
        <source>Saved as {}, without what is too large or no longer there: {}.</source>
        <translation>已保存为 {}，但不含过大或已不存在的：{}。</translation>
    </message>
    <message>
        <source>Patient details were taken out of DICOM files.</source>
        <translation>已去除 DICOM 文件中的患者信息。</translation>
    </message>
    <message>
        <source>Patient details were taken out of DICOM files; pictures may still show a name or a face.</source>
        <translation>已去除 DICOM 文件中的患者信息；影像中仍可能出现姓名或面部。</translation>
    </message>
    <message>
        <source>Take it out of the case, or let details stay in (Settings).</source>
        <translation>请将其移出病例，或保留患者信息（设置）。</translation>
    </message>
    <message>
        <source>there is no case in it</source>
        <translation>其中没有病例</translation>
    </message>
    <message>
        <source>Name a folder with images, sounds or folders of them, or a manifest.csv.</source>
        <translation>请指定含影像、录音或其文件夹的文件夹，或 manifest.csv。</translation>
    </message>
    <message>
        <source>it holds more than {} inputs</source>
        <translation>其中的输入超过 {} 个</translation>
    </message>
    <message>
        <source>Give each case a folder of its own.</source>
        <translation>请为每个病例单独建一个文件夹。</translation>
    </message>
    <message>
        <source>there is nothing in it that mmdesk reads</source>
        <translation>其中没有 mmdesk 能读取的内容</translation>
    </message>
    <message>
        <source>Look into it.</source>
        <translation>请查看其内容。</translation>
    </message>
    <message>
        <source>this is neither a folder nor a manifest</source>
        <translation>这既不是文件夹，也不是清单</translation>
    </message>
    <message>
        <source>Name a folder, or a CSV file.</source>
        <translation>请指定文件夹或 CSV 文件。</translation>
    </message>
    <message>
        <source>it is not plain text</source>
        <translation>不是纯文本</translation>
    </message>
    <message>
        <source>Save it as CSV (UTF-8).</source>
        <translation>请另存为 CSV（UTF-8）。</translation>
    </message>
    <message>
        <source>line {} cannot be read ({})</source>
        <translation>第 {} 行无法读取（{}）</translation>
    </message>
    <message>
        <source>Mend it.</source>
        <translation>请修正。</translation>
    </message>
    <message>
        <source>it has columns that mmdesk does not know: {}</source>
        <translation>其中有 mmdesk 不认识的列：{}</translation>
    </message>
    <message>
        <source>one without a name</source>
        <translation>无名称的列</translation>
    </message>
    <message>
        <source>it has two columns {}</source>
        <translation>其中有两列 {}</translation>
    </message>
    <message>
        <source>it has no column {}</source>
        <translation>其中没有列 {}</translation>
    </message>
    <message>
        <source>Its first line names columns: {}.</source>
        <translation>第一行应为列名：{}。</translation>
    </message>
    <message>
        <source>line {}: a line before it has this name, too</source>
        <translation>第 {} 行：前面已有同名的行</translation>
    </message>
    <message>
        <source>line {}: it has more cells than there are columns</source>
        <translation>第 {} 行：单元格多于列数</translation>
    </message>
    <message>
        <source>line {}: it names no file</source>
        <translation>第 {} 行：未指定文件</translation>
    </message>
    <message>
        <source>line {}: there is no file {}</source>
        <translation>第 {} 行：没有文件 {}</translation>
    </message>
    <message>
        <source>files of a kind that mmdesk does not read were skipped: {}</source>
        <translation>已跳过 mmdesk 不读取的文件：{} 个</translation>
    </message>
    <message>
        <source>no worker can be started ({})</source>
        <translation>无法启动读取进程（{}）</translation>
    </message>
    <message>
        <source>Close other programs.</source>
        <translation>请关闭其他程序。</translation>
    </message>
    <message>
        <source>its workers die while they load the pack ({})</source>
        <translation>读取进程在加载模型包时终止（{}）</translation>
    </message>
    <message>
        <source>Give fewer --workers, or free memory.</source>
        <translation>请用 --workers 减少进程数，或释放内存。</translation>
    </message>
    <message>
        <source>its worker died of it ({})</source>
        <translation>读取它的进程终止（{}）</translation>
    </message>
    <message>
        <source>results become a .parquet, .csv or .jsonl file</source>
        <translation>结果应存为 .parquet、.csv 或 .jsonl 文件</translation>
    </message>
    <message>
        <source>Name one with --out.</source>
        <translation>请用 --out 指定。</translation>
    </message>
    <message>
        <source>there is no folder {}</source>
        <translation>没有文件夹 {}</translation>
    </message>
    <message>
        <source>Make it, or name another.</source>
        <translation>请新建，或指定其他文件夹。</translation>
    </message>
    <message>
        <source>Name a file.</source>
        <translation>请指定文件。</translation>
    </message>
    <message>
        <source>two columns of the results would be called {}</source>
        <translation>结果中会有两列名为 {}</translation>
    </message>
    <message>
        <source>Give its finding another name in pack.toml.</source>
        <translation>请在 pack.toml 中为该发现另取名称。</translation>
    </message>
    <message>
        <source>there are results already</source>
        <translation>已有结果</translation>
    </message>
    <message>
        <source>Name another file, or {}.</source>
        <translation>请指定其他文件，或{}。</translation>
    </message>
    <message>
        <source>read all cases again with --restart</source>
        <translation>用 --restart 重新读取所有病例</translation>
    </message>
    <message>
        <source>{} is damaged</source>
        <translation>{} 已损坏</translation>
    </message>
    <message>
        <source>Run the same command again.</source>
        <translation>请再次运行同一命令。</translation>
    </message>
    <message>
        <source>another mmdesk writes it now, process {}</source>
        <translation>另一个 mmdesk 正在写入，进程 {}</translation>
    </message>
    <message>
        <source>Wait for it, or name another file.</source>
        <translation>请等待其完成，或指定其他文件。</translation>
    </message>
    <message>
        <source>a run that was cut off had {} other than this one</source>
        <translation>中断的读取与本次不同：{}</translation>
    </message>
    <message>
        <source>Take the same, name another file, or {}.</source>
        <translation>请保持相同，指定其他文件，或{}。</translation>
    </message>
    <message>
        <source>{} holds several cases: it can be a work list</source>
        <translation>{} 含多个病例：可作为工作列表打开</translation>
    </message>
    <message>
        <source>{} holds several cases.</source>
        <translation>{} 含多个病例。</translation>
    </message>
    <message>
        <source>To put files of it into this case, drop the files.</source>
        <translation>若要将其中的文件放入当前病例，请拖入文件本身。</translation>
    </message>
    <message>
        <source>Open as a work list</source>
        <translation>作为工作列表打开</translation>
    </message>
    <message>
        <source>Looking for the cases…</source>
        <translation>正在查找病例…</translation>
    </message>
    <message>
        <source>Cases that were read: {}. The table is {}.</source>
        <translation>已读取的病例：{}。表格位于 {}。</translation>
    </message>
    <message>
        <source>Cases that were read: {}, failed: {}. The table is {}.</source>
        <translation>已读取的病例：{}，失败：{}。表格位于 {}。</translation>
    </message>
    <message>
        <source>{} was begun with another list, pack or version of mmdesk.</source>
        <translation>{} 由其他列表、模型包或 mmdesk 版本开始写入。</translation>
    </message>
    <message>
        <source>Read all of them again, or name another file.</source>
        <translation>请全部重新读取，或指定其他文件。</translation>
    </message>
    <message>
        <source>Read again</source>
        <translation>重新读取</translation>
    </message>
    <message>
        <source>There is nothing to play sound on.</source>
        <translation>没有可用的播放设备。</translation>
    </message>
    <message>
        <source>Connect headphones or loudspeakers and press Play again.</source>
        <translation>请连接耳机或扬声器，然后再次点击“播放”。</translation>
    </message>
    <message>
        <source>The sound device does not play: {}</source>
        <translation>音频设备无法播放：{}</translation>
    </message>
    <message>
        <source>Close programs that use it, or choose another one in the system&apos;s sound settings.</source>
        <translation>请关闭占用它的程序，或在系统声音设置中选择其他设备。</translation>
    </message>
    <message>
        <source>Sound cannot be played: PortAudio is missing.</source>
        <translation>无法播放声音：缺少 PortAudio。</translation>
    </message>
    <message>
        <source>Install the package libportaudio2 (Debian, Ubuntu) or portaudio (Fedora, Arch), then press Play again.</source>
        <translation>请安装软件包 libportaudio2 (Debian、Ubuntu) 或 portaudio (Fedora、Arch)，然后再次点击“播放”。</translation>
    </message>
    <message>
        <source>Install mmdesk again: its package sounddevice brings PortAudio.</source>
        <translation>请重新安装 mmdesk：其软件包 sounddevice 自带 PortAudio。</translation>
    </message>
    <message>
        <source>There is no microphone or stethoscope to record from.</source>
        <translation>没有可用于录音的麦克风或听诊器。</translation>
    </message>
    <message>
        <source>Connect one and record again.</source>
        <translation>请连接设备后重新录音。</translation>
    </message>
    <message>
        <source>The device does not record: {}</source>
        <translation>设备无法录音：{}</translation>
    </message>
    <message>
        <source>Close programs that use it, or choose another device.</source>
        <translation>请关闭正在使用它的程序，或选择其他设备。</translation>
    </message>
    <message>
        <source>Sound cannot be recorded: PortAudio is missing.</source>
        <translation>无法录音：缺少 PortAudio。</translation>
    </message>
    <message>
        <source>Install the package libportaudio2 (Debian, Ubuntu) or portaudio (Fedora, Arch), then record again.</source>
        <translation>请安装软件包 libportaudio2（Debian、Ubuntu）或 portaudio（Fedora、Arch），然后重新录音。</translation>
    </message>
    <message>
        <source>several devices are called so</source>
        <translation>有多个设备使用此名称</translation>
    </message>
    <message>
        <source>no such device records here</source>
        <translation>这里没有可录音的此类设备</translation>
    </message>
    <message>
        <source>Name one of these: {}.</source>
        <translation>请指定以下之一：{}。</translation>
    </message>
    <message>
        <source>The device gives no sound any more; what came until then is kept.</source>
        <translation>设备不再提供声音；此前的内容已保留。</translation>
    </message>
    <message>
        <source>The disk took no more ({}); what came until then is kept.</source>
        <translation>磁盘无法继续写入（{}）；此前的内容已保留。</translation>
    </message>
    <message>
        <source>The recording could not be kept: {}.</source>
        <translation>录音无法保留：{}。</translation>
    </message>
    <message>
        <source>Connect it and record again.</source>
        <translation>请连接后重新录音。</translation>
    </message>
    <message>
        <source>A recording was under way when mmdesk ended. It was kept.</source>
        <translation>mmdesk 结束时正在录音。录音已保留。</translation>
    </message>
    <message>
        <source>Recordings that were under way when mmdesk ended were kept: {}.</source>
        <translation>mmdesk 结束时正在进行的录音已保留：{}。</translation>
    </message>
    <message>
        <source>A recording was under way when its case was put away. It was kept.</source>
        <translation>收起病例时正在录音。录音已保留。</translation>
    </message>
    <message>
        <source>Add to this case</source>
        <translation>加入此病例</translation>
    </message>
    <message>
        <source>This is read from the last seconds of a recording under way.</source>
        <translation>此结果来自正在进行的录音的最后几秒。</translation>
    </message>
    <message>
        <source>{}, three times within a minute</source>
        <translation>{}，一分钟内三次</translation>
    </message>
    <message>
        <source>Close other programs to free memory, then choose the pack again, or another one.</source>
        <translation>请关闭其他程序以释放内存，然后重新选择此模型包或另选一个。</translation>
    </message>
    <message>
        <source>no pack is loaded</source>
        <translation>未加载模型包</translation>
    </message>
    <message>
        <source>Choose a pack.</source>
        <translation>请选择模型包。</translation>
    </message>
    <message>
        <source>the engine made a mistake ({})</source>
        <translation>引擎出错（{}）</translation>
    </message>
    <message>
        <source>The case could not be kept: {}.</source>
        <translation>病例无法留存：{}。</translation>
    </message>
    <message>
        <source>{} The next change tries again.</source>
        <translation>{}下次改动时会重试。</translation>
    </message>
    <message>
        <source>The case was put away.</source>
        <translation>病例已收起。</translation>
    </message>
    <message>
        <source>Bring it back</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>A case was open when mmdesk ended unexpectedly. It was kept.</source>
        <translation>mmdesk 上次意外退出时有病例打开，已留存。</translation>
    </message>
    <message>
        <source>Open it</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>All kept cases but the open one will be deleted for good.</source>
        <translation>除当前病例外，所有留存病例将被永久删除。</translation>
    </message>
    <message>
        <source>Delete them</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Saved as {}.</source>
        <translation>已保存为 {}。</translation>
    </message>
    <message>
        <source>Kept cases that were deleted: {}.</source>
        <translation>已删除留存病例：{} 个。</translation>
    </message>
    <message>
        <source>{} {}</source>
        <translation>{}{}</translation>
    </message>
    <message>
        <source>{}: {}</source>
        <translation>{}：{}</translation>
    </message>
    <message>
        <source>{}.</source>
        <translation>{}。</translation>
    </message>
    <message>
        <source>{}; {}</source>
        <translation>{}；{}</translation>
    </message>
</context>
</TS>
