/* spring.c - the weight of a tension spring, and what it must withstand.
 *
 * x = wire diameter, coil diameter (inches), number of coils.  The value is the weight; the
 * four constraints (met where <= 0) are deflection, shear stress, surge frequency, outer size.
 *
 * Source: Belegundu, "A Study of Mathematical Programming Methods for Structural Optimization",
 *         1982; as in Coello, "Use of a self-adaptive penalty approach", 2000, section 4.
 *         Best known weight: 0.012665. */
#include <stdint.h>

int32_t spring(int64_t n, const double *x, double *y, double *c);

int32_t spring(int64_t n, const double *x, double *y, double *c)
{
    const double d = x[0], D = x[1], N = x[2];
    if (n != 3)
        return 1;
    y[0] = (N + 2) * D * d * d;
    c[0] = 1 - D * D * D * N / (71785 * d * d * d * d);
    c[1] = (4 * D * D - d * D) / (12566 * (D * d * d * d - d * d * d * d)) + 1 / (5108 * d * d) - 1;
    c[2] = 1 - 140.45 * d / (D * D * N);
    c[3] = (D + d) / 1.5 - 1;
    return 0;
}
