! strategy.f90 - template of a strategy in Fortran: random points, every second one near the best.
!
! Copy it, rename "sampler", and change propose.  It reads nothing but the table of trials that
! comes with each call, so the host continues it exactly after an interruption (the capability
! history only, 64).  The types below are the beginnings of those of hone_plugin.h, which says
! what each member means.
!
! Source: the (1+1) scheme of Rastrigin, "The convergence of the random search method in the
!         extremal control of a many parameter system", 1963.
!
! Shapes: x is ldx x n here (Fortran's order), its first n_cols rows in the unit cube.
module strategy
  use, intrinsic :: iso_c_binding
  implicit none
  private
  public :: hone_module_v1

  integer(c_int64_t), parameter :: tries = 1000 ! draws for a new point before the space counts as seen
  integer(c_int32_t), parameter :: done = 1, complete = 1, kind_strategy = 1, opt_real = 3

  type, bind(c) :: hone_space
    integer(c_int32_t) :: size, n_objectives, n_constraints, n_params
    type(c_ptr) :: params
    integer(c_int64_t) :: n_cols
  end type
  type, bind(c) :: hone_trials
    integer(c_int32_t) :: size, n_objectives
    integer(c_int64_t) :: n, n_constraints, budget
    type(c_ptr) :: number, state, x
    integer(c_int64_t) :: ldx
    type(c_ptr) :: y
    integer(c_int64_t) :: ldy
  end type
  type, bind(c) :: hone_host
    integer(c_int32_t) :: size, abi_minor
    type(c_ptr) :: name, version, section
    integer(c_int64_t) :: threads
    type(c_funptr) :: log, cancelled, error, uniform, normal, bits, quasi, space, snap
  end type
  type, bind(c) :: hone_value
    integer(c_int32_t) :: type, is_set
    integer(c_int64_t) :: i
    real(c_double) :: d
    type(c_ptr) :: s, v
    integer(c_int64_t) :: n
    type(c_ptr) :: ss
  end type
  type, bind(c) :: hone_option
    type(c_ptr) :: name
    integer(c_int32_t) :: type, flags
    type(c_ptr) :: def
    real(c_double) :: low, high
    type(c_ptr) :: choices
    integer(c_int64_t) :: kind
    type(c_ptr) :: unit, doc
  end type
  type, bind(c) :: hone_ops
    integer(c_int32_t) :: size, caps
    type(c_funptr) :: ask, tell
  end type
  type, bind(c) :: hone_plugin
    integer(c_int32_t) :: size, kind
    type(c_ptr) :: name, version, doc, options
    integer(c_int32_t) :: n_options, option_size
    type(c_ptr) :: ops
    type(c_funptr) :: create, destroy, extension
  end type
  type, bind(c) :: hone_module
    integer(c_int32_t) :: size, magic, abi_major, abi_minor
    type(c_ptr) :: name, version, license, url, plugins
    integer(c_int64_t) :: n_plugins
  end type

  abstract interface
    subroutine uniform_function(host, stream, first, n, out) bind(c)
      import
      type(c_ptr), value :: host
      integer(c_int64_t), value :: stream, first, n
      real(c_double) :: out(*)
    end subroutine
    function space_function(host) bind(c) result(space)
      import
      type(c_ptr), value :: host
      type(c_ptr) :: space
    end function
    function snap_function(host, n, x, ldx) bind(c) result(status)
      import
      type(c_ptr), value :: host
      integer(c_int64_t), value :: n, ldx
      real(c_double) :: x(*)
      integer(c_int32_t) :: status
    end function
  end interface

  type :: sampler
    type(c_ptr) :: host
    real(c_double) :: step
  end type

contains

  integer(c_int64_t) function columns(self)
    type(sampler), intent(in) :: self
    type(hone_host), pointer :: host
    type(hone_space), pointer :: space
    procedure(space_function), pointer :: get
    call c_f_pointer(self%host, host)
    call c_f_procpointer(host%space, get)
    call c_f_pointer(get(self%host), space)
    columns = space%n_cols
  end function

  ! The best complete trial's number in the table, 0: none.
  integer(c_int64_t) function best_row(state, y)
    integer(c_int32_t), intent(in) :: state(:)
    real(c_double), intent(in) :: y(:, :)
    integer(c_int64_t) :: i
    best_row = 0
    do i = 1, size(state, kind=c_int64_t)
      if (state(i) /= complete) cycle
      if (best_row == 0) then
        best_row = i
      else if (y(1, i) < y(1, best_row)) then
        best_row = i
      end if
    end do
  end function

  ! Draw t for a trial: random numbers have addresses, the trial and a position.
  subroutine propose(self, past, best, number, t, x)
    type(sampler), intent(in) :: self
    real(c_double), intent(in) :: past(:, :)
    integer(c_int64_t), intent(in) :: best, number, t
    real(c_double), intent(inout) :: x(:)
    type(hone_host), pointer :: host
    procedure(uniform_function), pointer :: uniform
    procedure(snap_function), pointer :: snap
    integer(c_int64_t) :: d
    integer(c_int32_t) :: status
    d = size(x, kind=c_int64_t)
    call c_f_pointer(self%host, host)
    call c_f_procpointer(host%uniform, uniform)
    call c_f_procpointer(host%snap, snap)
    call uniform(self%host, number, t * d, d, x)
    if (best > 0 .and. mod(number + t, 2_c_int64_t) == 1) then
      x = min(max(past(1:d, best) + self%step * (2 * x - 1), 0.0_c_double), 1.0_c_double)
    end if
    status = snap(self%host, 1_c_int64_t, x, d)
  end subroutine

  ! Snapped points are the same bit for bit.
  logical function among(x, rows)
    real(c_double), intent(in) :: x(:), rows(:, :)
    integer(c_int64_t) :: i
    among = .true.
    do i = 1, size(rows, 2, kind=c_int64_t)
      if (all(rows(1:size(x), i) == x)) return
    end do
    among = .false.
  end function

  function ask(this, table, n, number, x, ldx, n_out) bind(c, name="") result(status)
    type(c_ptr), value :: this, table
    integer(c_int64_t), value :: n, ldx
    integer(c_int64_t), intent(in) :: number(n)
    real(c_double), intent(inout) :: x(ldx, n)
    integer(c_int64_t), intent(out) :: n_out
    integer(c_int32_t) :: status
    type(sampler), pointer :: self
    type(hone_trials), pointer :: t
    integer(c_int32_t), pointer :: state(:)
    real(c_double), pointer :: past(:, :), y(:, :)
    integer(c_int64_t) :: d, i, draw, best
    call c_f_pointer(this, self)
    call c_f_pointer(table, t)
    call c_f_pointer(t%state, state, [t%n])
    call c_f_pointer(t%x, past, [t%ldx, t%n])
    call c_f_pointer(t%y, y, [t%ldy, t%n])
    d = columns(self)
    best = best_row(state, y)
    status = 0
    n_out = 0
    do i = 1, n
      do draw = 0, tries - 1
        call propose(self, past, best, number(i), draw, x(1:d, i))
        if (.not. among(x(1:d, i), past) .and. .not. among(x(1:d, i), x(:, 1:i - 1))) exit
      end do
      if (draw == tries) then
        status = done
        return
      end if
      n_out = i
    end do
  end function

  function create(host, values, this) bind(c, name="") result(status)
    type(c_ptr), value :: host
    type(hone_value), intent(in) :: values(*)
    type(c_ptr), intent(out) :: this
    integer(c_int32_t) :: status
    type(sampler), pointer :: self
    allocate (self)
    self%host = host
    self%step = values(1)%d
    this = c_loc(self)
    status = 0
  end function

  subroutine destroy(this) bind(c, name="")
    type(c_ptr), value :: this
    type(sampler), pointer :: self
    if (.not. c_associated(this)) return
    call c_f_pointer(this, self)
    deallocate (self)
  end subroutine

  ! ---- the tables, filled at the first call ----

  function text(string) result(at)
    character(len=*), intent(in) :: string
    character(kind=c_char), pointer :: copy(:)
    type(c_ptr) :: at
    integer :: i
    allocate (copy(len(string) + 1)) ! constant for the life of the process
    do i = 1, len(string)
      copy(i) = string(i:i)
    end do
    copy(len(string) + 1) = c_null_char
    at = c_loc(copy)
  end function

  subroutine fill(option, ops, plugin)
    type(hone_option), intent(out), target :: option
    type(hone_ops), intent(out), target :: ops
    type(hone_plugin), intent(out) :: plugin
    option = hone_option(text("step"), opt_real, 0, text("0.1"), 0, 1, c_null_ptr, 0, c_null_ptr, &
                         text("Half the width of a step from the best point, in unit cubes."))
    ops = hone_ops(int(c_sizeof(ops), c_int32_t), 64, c_funloc(ask), c_null_funptr)
    plugin = hone_plugin(int(c_sizeof(plugin), c_int32_t), kind_strategy, text("sampler"), &
                         text("1.0.0"), &
                         text("Random points, every second one near the best so far."), &
                         c_loc(option), 1, int(c_sizeof(option), c_int32_t), c_loc(ops), &
                         c_funloc(create), c_funloc(destroy), c_null_funptr)
  end subroutine

  function hone_module_v1() bind(c, name="hone_module_v1") result(module)
    type(c_ptr) :: module
    type(hone_option), save, target :: option
    type(hone_ops), save, target :: ops
    type(hone_plugin), save, target :: plugin
    type(hone_module), save, target :: table
    type(c_ptr), save, target :: plugins(1)
    logical, save :: filled = .false.
    if (.not. filled) then
      call fill(option, ops, plugin)
      plugins(1) = c_loc(plugin)
      table = hone_module(int(c_sizeof(table), c_int32_t), int(z'314E4F48', c_int32_t), 1, 0, &
                          text("sampler"), text("1.0.0"), text("MIT"), text(""), c_loc(plugins), &
                          1_c_int64_t)
      filled = .true.
    end if
    module = c_loc(table)
  end function
end module
