/* list.h - the one list of test functions: names, shapes, boxes, optima.
 *
 * X(name, dimension, least, objectives, constraints, low of x1, of the others, high of x1, of the
 *   others, optimum, optimum for each parameter, params): see test_function.
 * The optima have more digits than the literature prints: they were polished from its points by
 * Newton's method in extended precision or by Nelder and Mead's (NAN: not known here). */
#ifndef HONE_TESTFN_LIST_H
#define HONE_TESTFN_LIST_H

/* clang-format off */
#define TESTFN_LIST(X) \
    X(sphere, 0, 1, 1, 0, -5.12, -5.12, 5.12, 5.12, 0, NAN, NULL) \
    X(ellipsoid, 0, 1, 1, 0, -5, -5, 5, 5, 0, NAN, NULL) \
    X(rosenbrock, 0, 2, 1, 0, -5, -5, 10, 10, 0, NAN, NULL) \
    X(rastrigin, 0, 1, 1, 0, -5.12, -5.12, 5.12, 5.12, 0, NAN, NULL) \
    X(ackley, 0, 1, 1, 0, -32.768, -32.768, 32.768, 32.768, 0, NAN, NULL) \
    X(branin, 2, 2, 1, 0, -5, 0, 10, 15, 0.39788735772973834, NAN, NULL) \
    X(hartmann3, 3, 3, 1, 0, 0, 0, 1, 1, -3.8627797873326625, NAN, NULL) \
    X(hartmann6, 6, 6, 1, 0, 0, 0, 1, 1, -3.3223680114155147, NAN, NULL) \
    X(levy, 0, 1, 1, 0, -10, -10, 10, 10, 0, NAN, NULL) \
    X(griewank, 0, 1, 1, 0, -600, -600, 600, 600, 0, NAN, NULL) \
    X(schwefel, 0, 1, 1, 0, -500, -500, 500, 500, 0, NAN, NULL) \
    X(styblinski_tang, 0, 1, 1, 0, -5, -5, 5, 5, NAN, -39.166165703771419, NULL) \
    X(six_hump_camel, 2, 2, 1, 0, -3, -2, 3, 2, -1.0316284534898774, NAN, NULL) \
    X(goldstein_price, 2, 2, 1, 0, -2, -2, 2, 2, 3, NAN, NULL) \
    X(michalewicz, 0, 1, 1, 0, 0, 0, M_PI, M_PI, NAN, NAN, NULL) \
    X(zdt1, 0, 2, 2, 0, 0, 0, 1, 1, NAN, NAN, NULL) \
    X(binh_korn, 2, 2, 2, 2, 0, 0, 5, 3, NAN, NAN, NULL) \
    X(gardner, 2, 2, 1, 1, 0, 0, 6, 6, NAN, NAN, NULL) \
    X(beale, 2, 2, 1, 0, -4.5, -4.5, 4.5, 4.5, 0, NAN, NULL) \
    X(booth, 2, 2, 1, 0, -10, -10, 10, 10, 0, NAN, NULL) \
    X(matyas, 2, 2, 1, 0, -10, -10, 10, 10, 0, NAN, NULL) \
    X(easom, 2, 2, 1, 0, -100, -100, 100, 100, -1, NAN, NULL) \
    X(eggholder, 2, 2, 1, 0, -512, -512, 512, 512, -959.6406627208509, NAN, NULL) \
    X(holder_table, 2, 2, 1, 0, -10, -10, 10, 10, -19.208502567886747, NAN, NULL) \
    X(cross_in_tray, 2, 2, 1, 0, -10, -10, 10, 10, -2.0626118708227397, NAN, NULL) \
    X(drop_wave, 2, 2, 1, 0, -5.12, -5.12, 5.12, 5.12, -1, NAN, NULL) \
    X(schaffer2, 2, 2, 1, 0, -100, -100, 100, 100, 0, NAN, NULL) \
    X(bukin6, 2, 2, 1, 0, -15, -3, -5, 3, 0, NAN, NULL) \
    X(bohachevsky, 2, 2, 1, 0, -100, -100, 100, 100, 0, NAN, NULL) \
    X(three_hump_camel, 2, 2, 1, 0, -5, -5, 5, 5, 0, NAN, NULL) \
    X(mccormick, 2, 2, 1, 0, -1.5, -3, 4, 4, -1.9132229549810367, NAN, NULL) \
    X(himmelblau, 2, 2, 1, 0, -5, -5, 5, 5, 0, NAN, NULL) \
    X(forrester, 1, 1, 1, 0, 0, 0, 1, 1, -6.020740055767083, NAN, NULL) \
    X(gramacy_lee, 1, 1, 1, 0, 0.5, 0.5, 2.5, 2.5, -0.8690111349894999, NAN, NULL) \
    X(shekel10, 4, 4, 1, 0, 0, 0, 10, 10, -10.536409816692045, NAN, NULL) \
    X(colville, 4, 4, 1, 0, -10, -10, 10, 10, 0, NAN, NULL) \
    X(powell, 4, 4, 1, 0, -4, -4, 5, 5, 0, NAN, NULL) \
    X(zakharov, 0, 1, 1, 0, -5, -5, 10, 10, 0, NAN, NULL) \
    X(dixon_price, 0, 2, 1, 0, -10, -10, 10, 10, 0, NAN, NULL) \
    X(sum_powers, 0, 1, 1, 0, -1, -1, 1, 1, 0, NAN, NULL) \
    X(salomon, 0, 1, 1, 0, -100, -100, 100, 100, 0, NAN, NULL) \
    X(alpine, 0, 1, 1, 0, -10, -10, 10, 10, 0, NAN, NULL) \
    X(step, 0, 1, 1, 0, -100, -100, 100, 100, 0, NAN, NULL) \
    X(townsend, 2, 2, 1, 1, -2.25, -2.5, 2.25, 1.75, -2.0239883623257646, NAN, NULL) \
    X(mishra_bird, 2, 2, 1, 1, -10, -6.5, 0, 0, -106.76453674926468, NAN, NULL) \
    X(g06, 2, 2, 1, 2, 13, 0, 100, 100, -6961.813875580135, NAN, NULL) \
    X(g08, 2, 2, 1, 2, 0, 0, 10, 10, -0.09582504141803551, NAN, NULL) \
    X(trap5, 0, 5, 1, 0, 0, 0, 1, 1, 0, NAN, TRAP_PARAMS) \
    X(gear_train, 4, 4, 1, 0, 12, 12, 60, 60, 2.7008571488865134e-12, NAN, GEAR_PARAMS) \
    X(pressure_vessel, 4, 4, 1, 3, 0, 0, 1, 1, 6059.714335048436, NAN, VESSEL_PARAMS) \
    X(func2c, 4, 4, 1, 0, -1, -1, 1, 1, -0.20632569069797548, NAN, FUNC2C_PARAMS) \
    X(jenatton, 9, 9, 1, 0, 0, 0, 1, 1, 0.1, NAN, JENATTON_PARAMS) \
    X(augmented_branin, 3, 3, 1, 0, 0, 0, 1, 1, 0.39788735772973834, NAN, AUGMENTED_PARAMS) \
    X(noop, 0, 0, 1, 0, 0, 0, 1, 1, 0, NAN, NULL)
/* clang-format on */

#endif
