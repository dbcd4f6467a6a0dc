/* completion.c - `hone completion bash|zsh`: a completion script made from the commands' own
 * tables, so that it cannot disagree with the help. */
#include <string.h>

#include "command.h"

/* What stands for a value in help texts, and how shells complete it. */
static bool wants_folder(const char *value)
{
    return strcmp(value, "DIR") == 0;
}

static bool wants_file(const char *value)
{
    return strstr(value, "FILE") != NULL;
}

static void each_flag(const command *c, void (*print)(const flag *f))
{
    for (const flag *f = c->flags; f && f->name; f++)
        print(f);
    for (const flag *f = COMMON_FLAGS; f->name; f++)
        print(f);
}

/* ---- bash ---- */

static void bash_flag(const flag *f)
{
    printf(" --%s", f->name);
}

static void bash_value(const flag *f)
{
    if (f->value && wants_folder(f->value))
        printf("            --%s) COMPREPLY=($(compgen -d -- \"$word\")); return ;;\n", f->name);
    else if (f->value && wants_file(f->value))
        printf("            --%s) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n", f->name);
    else if (f->value)
        printf("            --%s) COMPREPLY=(); return ;;\n", f->name);
}

static const char *bash_argument(int completes)
{
    switch (completes) {
    case ARGUMENT_STUDY:
        return "$(compgen -f -X '!*.@(ini|db)' -- \"$word\"; compgen -d -S / -- \"$word\")";
    case ARGUMENT_FILE:
        return "$(compgen -f -- \"$word\")";
    case ARGUMENT_PLUGIN:
        return "$(compgen -W \"$(hone plugins --names 2>/dev/null)\" -- \"$word\")";
    case ARGUMENT_COMMAND:
        return "$(compgen -W \"$commands\" -- \"$word\")";
    default:
        return "";
    }
}

static void bash(void)
{
    printf("# bash completion of hone, made by `hone completion bash`\n"
           "_hone() {\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
           "    local commands=\"");
    for (const command *const *c = COMMANDS; *c; c++)
        if (!(*c)->hidden)
            printf("%s ", (*c)->name);
    printf("\"\n"
           "    local restore; restore=$(shopt -p extglob); shopt -s extglob\n"
           "    trap \"$restore; trap - RETURN\" RETURN\n"
           "    COMPREPLY=()\n"
           "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
           "        COMPREPLY=($(compgen -W \"$commands\" -- \"$word\")); return\n"
           "    fi\n"
           "    case ${COMP_WORDS[1]} in\n");
    for (const command *const *c = COMMANDS; *c; c++) {
        if ((*c)->hidden)
            continue;
        printf("    %s)\n        case $before in\n", (*c)->name);
        each_flag(*c, bash_value);
        printf("        esac\n        case $word in\n"
               "            -*) COMPREPLY=($(compgen -W \"");
        each_flag(*c, bash_flag);
        printf("\" -- \"$word\")) ;;\n            *) COMPREPLY=(%s) ;;\n        esac ;;\n",
               bash_argument((*c)->completes));
    }
    printf("    esac\n}\ncomplete -o filenames -F _hone hone\n");
}

/* ---- zsh ---- */

/* Between single quotes in _arguments: brackets and colons have meaning there. */
static void zsh_text(const char *s)
{
    for (; *s; s++) {
        if (*s == '\'')
            printf("'\\''");
        else if (strchr("[]:\\", *s))
            printf("\\%c", *s);
        else
            putchar(*s);
    }
}

static void zsh_flag(const flag *f)
{
    printf(" \\\n            '*--%s[", f->name);
    zsh_text(f->help);
    printf("]");
    if (f->value) {
        printf(":");
        zsh_text(f->value);
        printf(":%s", wants_folder(f->value) ? "_files -/" : wants_file(f->value) ? "_files" : " ");
    }
    printf("'");
}

static const char *zsh_argument(int completes)
{
    switch (completes) {
    case ARGUMENT_STUDY:
        return "'1:study:_files -g \"*.(ini|db)(-.)\"' '*::arguments: '";
    case ARGUMENT_FILE:
        return "'*:file:_files'";
    case ARGUMENT_PLUGIN:
        return "'1:plugin:($(hone plugins --names 2>/dev/null))'";
    case ARGUMENT_COMMAND:
        return "'1:command:_hone_commands'";
    default:
        return "'*:arguments: '";
    }
}

static void zsh(void)
{
    printf("#compdef hone\n# zsh completion of hone, made by `hone completion zsh`\n"
           "_hone_commands() {\n    local -a commands\n    commands=(\n");
    for (const command *const *c = COMMANDS; *c; c++) {
        if ((*c)->hidden)
            continue;
        printf("        '%s:", (*c)->name);
        zsh_text((*c)->summary);
        printf("'\n");
    }
    printf("    )\n    _describe -t commands 'hone command' commands\n}\n\n"
           "_hone() {\n"
           "    if (( CURRENT == 2 )); then _hone_commands; return; fi\n"
           "    local command=$words[2]\n"
           "    shift words; (( CURRENT-- ))\n"
           "    case $command in\n");
    for (const command *const *c = COMMANDS; *c; c++) {
        if ((*c)->hidden)
            continue;
        printf("    %s)\n        _arguments -S", (*c)->name);
        each_flag(*c, zsh_flag);
        printf(" \\\n            %s ;;\n", zsh_argument((*c)->completes));
    }
    printf("    esac\n}\n\nif [ \"$funcstack[1]\" = _hone ]; then _hone \"$@\"; else compdef _hone hone; fi\n");
}

static int completion(invocation *in)
{
    const char *shell = in->arguments[0];
    if (strcmp(shell, "bash") == 0)
        bash();
    else if (strcmp(shell, "zsh") == 0)
        zsh();
    else {
        fprintf(stderr, "hone completion: no completion for '%s'; bash and zsh have one\n", shell);
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

const command COMMAND_COMPLETION = {
    .name = "completion",
    .arguments = "bash|zsh",
    .summary = "print a completion script for a shell",
    .help = "Prints a script that completes commands, flags, study files and plugins.\n"
            "`make install` puts it where the shells look for it.\n",
    .examples = "  source <(hone completion bash)\n",
    .min_arguments = 1,
    .max_arguments = 1,
    .hidden = true,
    .run = completion,
};
