"""From a finger on the glass to an action: nothing jumps under a thumb.

A press is judged by the scene that was touched. While :attr:`Pointer.is_frozen` the caller goes on
showing that scene, with the ring of :func:`with_ring`, and builds no new one. Leaving the target
lets go of it, coming back takes hold again. Only the first finger counts.

After a change that the agent did not make, for a moment a press counts only where the same target
stands at the same place as before: a thumb on its way was meant for what stood there.

After a change that the agent did make, a second tap at the same place, or at one that recorded
something else, records nothing for that moment: a hand that trembles, or taps twice from habit,
must not hand out a token and call it.
"""

from dataclasses import dataclass, replace
from typing import Literal

from pasperdus_node.screens.scene import Ring, Scene, Target
from pasperdus_node.terminal.actions import Action, is_recording

HOLD_MS = 600
GUARD_MS = 350  # a thumb that has set out cannot be called back
LONGEST_MS = 10_000  # something else than a finger lies on the glass

Kind = Literal["down", "move", "up"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """The targets before a change, and until when (uptime) a press is judged by them.

    ``tapped`` is the one by which the agent made the change; a change that they did not make
    ``was_asked`` of nobody.
    """

    until_ms: int
    targets: tuple[Target, ...]
    was_asked: bool = False
    tapped: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """The finger that is down, and which targets to trust.

    ``target`` is what was touched, while it can still act; ``is_on`` tells whether the finger is
    on it now, since ``since_ms`` (uptime). ``tapped`` is what the last tap was on; ``stood`` what
    was on the glass before each of the last changes.
    """

    finger: int | None = None
    target: Target | None = None
    is_on: bool = False
    since_ms: int = 0
    down_ms: int = 0
    tapped: Target | None = None
    stood: tuple[Stood, ...] = ()

    @property
    def is_frozen(self) -> bool:
        """Whether the scene must stay as it is."""
        return self.target is not None


def touch(
    pointer: Pointer, scene: Scene, kind: Kind, x: int, y: int, uptime_ms: int, *, finger: int = 0
) -> tuple[Pointer, Action | None]:
    """Follow a finger, and return what a tap asks for.

    Of targets that overlap the last is on top.
    """
    if kind == "down":
        return (
            pointer
            if pointer.finger is not None
            else _down(pointer, scene, x, y, uptime_ms, finger)
        ), None
    if finger != pointer.finger:
        return pointer, None
    pointer = _moved(pointer, x, y, uptime_ms)
    if kind == "move":
        return pointer, None
    lifted = replace(pointer, finger=None, target=None, is_on=False)
    if pointer.target is None or not pointer.is_on:
        return lifted, None
    return replace(lifted, tapped=pointer.target), (_held(pointer, uptime_ms) or pointer.target.tap)


def hold_due(pointer: Pointer, uptime_ms: int) -> tuple[Pointer, Action | None]:
    """Return what a long press asks for, once, and let go of one that never ends."""
    held = _held(pointer, uptime_ms)
    is_endless = pointer.target is not None and uptime_ms - pointer.down_ms >= LONGEST_MS
    if held is not None or is_endless:
        return replace(pointer, target=None, is_on=False), held
    return pointer, None


def changed(
    pointer: Pointer, old_scene: Scene, new_scene: Scene, uptime_ms: int, *, is_asked: bool = False
) -> Pointer:
    """Guard what another scene has put under the thumb; ``is_asked``: the agent's own action."""
    if old_scene.targets == new_scene.targets:
        return pointer
    past = Stood(
        until_ms=uptime_ms + GUARD_MS,
        targets=old_scene.targets,
        was_asked=is_asked,
        tapped=pointer.tapped if is_asked else None,
    )
    stood = tuple(each for each in pointer.stood if uptime_ms < each.until_ms)
    return replace(pointer, stood=(*stood, past))


def with_ring(scene: Scene, pointer: Pointer) -> Scene:
    """Return the scene with a ring around what is under the thumb."""
    if pointer.target is None or not pointer.is_on:
        return scene
    ring = Ring(rect=pointer.target.rect, role="pressed")
    return replace(scene, items=(*scene.items, ring))


def _down(pointer: Pointer, scene: Scene, x: int, y: int, uptime_ms: int, finger: int) -> Pointer:
    target = _top(scene.targets, x, y)
    lately = (past for past in pointer.stood if uptime_ms < past.until_ms)
    if target is not None and any(_is_surprise(target, past, x, y) for past in lately):
        target = None
    return replace(
        pointer,
        finger=finger,
        target=target,
        is_on=target is not None,
        since_ms=uptime_ms,
        down_ms=uptime_ms,
    )


def _is_surprise(target: Target, past: Stood, x: int, y: int) -> bool:
    """Tell whether a target may not be what a press was meant for."""
    stood = _top(past.targets, x, y)
    if not past.was_asked:
        return stood != target
    asks = (target.tap, target.hold)
    if stood is None or asks == (stood.tap, stood.hold) or not _is_recording(target):
        return False
    return stood == past.tapped or _is_recording(stood)


def _is_recording(target: Target) -> bool:
    return any(ask is not None and is_recording(ask) for ask in (target.tap, target.hold))


def _top(targets: tuple[Target, ...], x: int, y: int) -> Target | None:
    return next((target for target in reversed(targets) if target.rect.holds(x, y)), None)


def _moved(pointer: Pointer, x: int, y: int, uptime_ms: int) -> Pointer:
    is_on = pointer.target is not None and pointer.target.rect.holds(x, y)
    if is_on == pointer.is_on:
        return pointer
    return replace(pointer, is_on=is_on, since_ms=uptime_ms)


def _held(pointer: Pointer, uptime_ms: int) -> Action | None:
    if pointer.target is None or not pointer.is_on or uptime_ms - pointer.since_ms < HOLD_MS:
        return None
    return pointer.target.hold
