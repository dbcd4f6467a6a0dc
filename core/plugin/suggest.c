/* suggest.c - the word that was probably meant.
 *
 * Optimal string alignment (Damerau 1964, Levenshtein 1966): insertions, deletions,
 * substitutions and swaps of neighbours cost 1; capitals are not told apart. */
#include <stdlib.h>
#include <string.h>

#include "text.h"

enum { WORD_MOST = 63 }; /* longer words are no slips of the hand */

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static int least(int a, int b, int c)
{
    int d = a < b ? a : b;
    return d < c ? d : c;
}

/* Both at most WORD_MOST long. */
static int distance(const char *a, size_t n, const char *b, size_t m)
{
    int rows[3][WORD_MOST + 1]; /* the row before the last, the last, this one */
    int *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= m; j++)
        last[j] = (int)j;
    for (size_t i = 1; i <= n; i++) {
        row[0] = (int)i;
        for (size_t j = 1; j <= m; j++) {
            int other = lower(a[i - 1]) != lower(b[j - 1]);
            row[j] = least(last[j] + 1, row[j - 1] + 1, last[j - 1] + other);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]) && before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        int *free_row = before;
        before = last;
        last = row;
        row = free_row;
    }
    return last[m];
}

const char *nearest(const char *word, const char *const *candidates, int n)
{
    size_t length = strlen(word);
    if (length == 0 || length > WORD_MOST)
        return NULL;
    int most = length / 3 > 1 ? (int)(length / 3) : 1;
    int best = most < (int)length ? most + 1 : most; /* a letter is not near every other one */
    const char *found = NULL;
    for (int i = 0; i < n; i++) {
        size_t m = strlen(candidates[i]);
        if (m > WORD_MOST || (m > length ? m - length : length - m) >= (size_t)best)
            continue;
        int d = distance(word, length, candidates[i], m);
        if (d < best) {
            best = d;
            found = candidates[i];
        }
    }
    return found;
}
