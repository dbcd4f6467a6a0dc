/* strategy.rs - template of a strategy in Rust: random points, every second one near the best.
 *
 * Copy it, rename "sampler", and change propose().  It reads nothing but the table of trials
 * that comes with each call, so the host continues it exactly after an interruption
 * (HONE_CAP_HISTORY_ONLY).  No crate is needed; the structures below are the beginnings of
 * those of hone_plugin.h, which says what each member means.
 *
 * Source: the (1+1) scheme of Rastrigin, "The convergence of the random search method in the
 *         extremal control of a many parameter system", 1963.
 *
 * Shapes: x is n x n_cols in the unit cube; the host knows scales, steps and choices. */
use std::ffi::c_void;
use std::os::raw::c_char;

const DONE: i32 = 1;
const COMPLETE: i32 = 1;
const STRATEGY: i32 = 1;
const OPT_REAL: i32 = 3;
const CAP_HISTORY_ONLY: u32 = 1 << 6;
const MAGIC: u32 = 0x314E_4F48;
const TRIES: i64 = 1000; // draws for a new point before the space counts as seen

#[repr(C)]
struct Space {
    size: u32,
    n_objectives: i32,
    n_constraints: i32,
    n_params: i32,
    params: *const c_void,
    n_cols: i64,
}

#[repr(C)]
struct Trials {
    size: u32,
    n_objectives: i32,
    n: i64,
    n_constraints: i64,
    budget: i64,
    number: *const i64,
    state: *const i32,
    x: *const f64,
    ldx: i64,
    y: *const f64,
    ldy: i64,
}

#[repr(C)]
struct Host {
    size: u32,
    abi_minor: u32,
    name: *const c_char,
    version: *const c_char,
    section: *const c_char,
    threads: i64,
    log: *const c_void,
    cancelled: *const c_void,
    error: *const c_void,
    uniform: extern "C" fn(*const Host, i64, i64, i64, *mut f64),
    normal: *const c_void,
    bits: *const c_void,
    quasi: *const c_void,
    space: extern "C" fn(*const Host) -> *const Space,
    snap: extern "C" fn(*const Host, i64, *mut f64, i64) -> i32,
}

#[repr(C)]
struct Value {
    kind: i32,
    is_set: i32,
    i: i64,
    d: f64,
    s: *const c_char,
    v: *const f64,
    n: i64,
    ss: *const c_void,
}

/* ---- the strategy ---- */

struct Sampler {
    host: *const Host,
    step: f64,
}

impl Sampler {
    fn n_cols(&self) -> usize {
        unsafe { (*((*self.host).space)(self.host)).n_cols as usize }
    }

    /* Draw number t for a trial: random numbers have addresses, the trial and a position. */
    fn propose(&self, past: &[(&[f64], f64)], number: i64, t: i64, x: &mut [f64]) {
        let d = x.len() as i64;
        let host = unsafe { &*self.host };
        (host.uniform)(self.host, number, t * d, d, x.as_mut_ptr());
        let best = past.iter().filter(|p| p.1.is_finite()).min_by(|a, b| a.1.total_cmp(&b.1));
        if let (Some(best), 1) = (best, (number + t) % 2) {
            for (k, v) in x.iter_mut().enumerate() {
                *v = (best.0[k] + self.step * (2.0 * *v - 1.0)).clamp(0.0, 1.0);
            }
        }
        (host.snap)(self.host, 1, x.as_mut_ptr(), d);
    }
}

/* Each trial's columns and value; NaN where it has none. */
unsafe fn rows<'a>(t: &'a Trials, d: usize) -> Vec<(&'a [f64], f64)> {
    (0..t.n as usize)
        .map(|i| {
            let x = std::slice::from_raw_parts(t.x.add(i * t.ldx as usize), d);
            let done = *t.state.add(i) == COMPLETE;
            (x, if done { *t.y.add(i * t.ldy as usize) } else { f64::NAN })
        })
        .collect()
}

extern "C" fn ask(this: *mut c_void, past: *const Trials, n: i64, number: *const i64, x: *mut f64,
                  ldx: i64, n_out: *mut i64) -> i32 {
    let (sampler, table) = unsafe { (&*(this as *const Sampler), &*past) };
    let d = sampler.n_cols();
    let mut known = unsafe { rows(table, d) };
    for i in 0..n {
        let (row, trial) = unsafe {
            (std::slice::from_raw_parts_mut(x.add((i * ldx) as usize), d), *number.add(i as usize))
        };
        unsafe { *n_out = i };
        let mut t = 0;
        loop {
            sampler.propose(&known, trial, t, row);
            if !known.iter().any(|p| p.0 == &*row) {
                break; // snapped points are the same bit for bit
            }
            t += 1;
            if t == TRIES {
                return DONE;
            }
        }
        known.push((row, f64::NAN));
    }
    unsafe { *n_out = n };
    0
}

extern "C" fn create(host: *const Host, values: *const Value, this: *mut *mut c_void) -> i32 {
    let sampler = Box::new(Sampler { host, step: unsafe { (*values).d } });
    unsafe { *this = Box::into_raw(sampler) as *mut c_void };
    0
}

extern "C" fn destroy(this: *mut c_void) {
    if !this.is_null() {
        drop(unsafe { Box::from_raw(this as *mut Sampler) });
    }
}

/* ---- the tables ---- */

#[repr(C)]
struct Opt {
    name: *const u8,
    kind: i32,
    flags: i32,
    def: *const u8,
    low: f64,
    high: f64,
    choices: *const c_void,
    component: i64,
    unit: *const u8,
    doc: *const u8,
}

#[repr(C)]
struct Ops {
    size: u32,
    caps: u32,
    ask: extern "C" fn(*mut c_void, *const Trials, i64, *const i64, *mut f64, i64, *mut i64) -> i32,
    tell: *const c_void,
}

#[repr(C)]
struct Plugin {
    size: u32,
    kind: i32,
    name: *const u8,
    version: *const u8,
    doc: *const u8,
    options: *const Opt,
    n_options: i32,
    option_size: u32,
    ops: *const Ops,
    create: extern "C" fn(*const Host, *const Value, *mut *mut c_void) -> i32,
    destroy: extern "C" fn(*mut c_void),
    extension: *const c_void,
}

#[repr(C)]
struct Module {
    size: u32,
    magic: u32,
    abi_major: u32,
    abi_minor: u32,
    name: *const u8,
    version: *const u8,
    license: *const u8,
    url: *const u8,
    plugins: *const &'static Plugin,
    n_plugins: i64,
}

unsafe impl Sync for Opt {}
unsafe impl Sync for Ops {}
unsafe impl Sync for Plugin {}
unsafe impl Sync for Module {}

static OPTIONS: [Opt; 1] = [Opt {
    name: b"step\0".as_ptr(),
    kind: OPT_REAL,
    flags: 0,
    def: b"0.1\0".as_ptr(),
    low: 0.0,
    high: 1.0,
    choices: std::ptr::null(),
    component: 0,
    unit: std::ptr::null(),
    doc: b"Half the width of a step from the best point, in unit cubes.\0".as_ptr(),
}];

static OPS: Ops = Ops {
    size: std::mem::size_of::<Ops>() as u32,
    caps: CAP_HISTORY_ONLY,
    ask,
    tell: std::ptr::null(),
};

static PLUGIN: Plugin = Plugin {
    size: std::mem::size_of::<Plugin>() as u32,
    kind: STRATEGY,
    name: b"sampler\0".as_ptr(),
    version: b"1.0.0\0".as_ptr(),
    doc: b"Random points, every second one near the best so far.\0".as_ptr(),
    options: OPTIONS.as_ptr(),
    n_options: 1,
    option_size: std::mem::size_of::<Opt>() as u32,
    ops: &OPS,
    create,
    destroy,
    extension: std::ptr::null(),
};

static PLUGINS: [&Plugin; 1] = [&PLUGIN];
static MODULE: Module = Module {
    size: std::mem::size_of::<Module>() as u32,
    magic: MAGIC,
    abi_major: 1,
    abi_minor: 0,
    name: b"sampler\0".as_ptr(),
    version: b"1.0.0\0".as_ptr(),
    license: b"MIT\0".as_ptr(),
    url: b"\0".as_ptr(),
    plugins: PLUGINS.as_ptr(),
    n_plugins: 1,
};

#[no_mangle]
pub extern "C" fn hone_module_v1() -> *const c_void {
    &MODULE as *const Module as *const c_void
}
