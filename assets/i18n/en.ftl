# Words of the interface in English. Sentence case, no trailing period or colon, verbs on
# buttons, "…" when more input follows. Every key is also in zh-CN.ftl, with the same variables.

## Language

# The language's name in the language itself
language-name = English
