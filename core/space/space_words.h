/* space_words.h - a line of [space] as words. */
#ifndef HONE_CORE_SPACE_WORDS_H
#define HONE_CORE_SPACE_WORDS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct space_word {
    const char *text;
    bool quoted;   /* stood between quotes: never a word of the grammar */
} space_word;

typedef struct space_words {
    int32_t n;
    space_word *word; /* [n] */
    char *copy;       /* what they point into */
} space_words;

/* Words stand between blanks; "two words" or 'two words' is one; an = that no quotes hold is
 * a word of its own after `when NAME`.  NULL: done; else why not, a constant.  In any case
 * space_words_free. */
const char *space_words_cut(const char *line, space_words *out);
void space_words_free(space_words *w);

/* Must a choice be quoted to be read back as one? */
bool space_word_reserved(const char *word);

#endif
