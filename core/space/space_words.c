/* space_words.c - cutting a line of [space] at its blanks, with a mind for quotes. */
#include <stdlib.h>
#include <string.h>

#include "space_words.h"
#include "text.h"

static const char BLANKS[] = " \t";

static const char *const GRAMMAR[] = {"log", "step", "init", "fidelity", "when", "="};

static bool in_grammar(const char *word)
{
    for (size_t i = 0; i < sizeof GRAMMAR / sizeof *GRAMMAR; i++)
        if (strcmp(word, GRAMMAR[i]) == 0)
            return true;
    return false;
}

bool space_word_reserved(const char *word)
{
    size_t n = strlen(word);
    return n == 0 || strpbrk(word, " \t\"'") || word[n - 1] == ',' || in_grammar(word);
}

static bool is_bare(const space_words *w, int32_t i, const char *word)
{
    return i >= 0 && !w->word[i].quoted && strcmp(w->word[i].text, word) == 0;
}

/* A bare word at `at`, ended there; answers where the next one begins. */
static char *cut_bare(space_words *w, char *at)
{
    char *end = at + strcspn(at, BLANKS);
    char *equals = is_bare(w, w->n - 1, "when") ? memchr(at, '=', (size_t)(end - at)) : NULL;
    bool first = *at == '=' && is_bare(w, w->n - 2, "when");
    if (first) {
        w->word[w->n++].text = "=";
        return at + 1;
    }
    w->word[w->n++].text = at;
    if (equals && equals > at) {
        *equals = '\0';
        w->word[w->n++].text = "=";
        return equals + 1;
    }
    if (*end)
        *end++ = '\0';
    return end;
}

const char *space_words_cut(const char *line, space_words *out)
{
    size_t length = strlen(line);
    *out = (space_words){.copy = strdup(line), .word = calloc(length + 2, sizeof *out->word)};
    if (!out->copy || !out->word)
        return "out of memory";
    for (char *at = out->copy + strspn(out->copy, BLANKS); *at; at += strspn(at, BLANKS)) {
        if (*at != '"' && *at != '\'') {
            at = cut_bare(out, at);
            if (strpbrk(out->word[out->n - 1].text, "\"'"))
                return "a quote stands inside a word; the whole word is to be quoted";
            continue;
        }
        char *end = strchr(at + 1, *at);
        if (!end)
            return "a quote is not closed";
        if (end[1] && !strchr(BLANKS, end[1]))
            return "a blank is missing after the closing quote";
        *end = '\0';
        out->word[out->n++] = (space_word){.text = at + 1, .quoted = true};
        at = end + 1;
    }
    return NULL;
}

void space_words_free(space_words *w)
{
    free(w->word);
    free(w->copy);
    *w = (space_words){0};
}
