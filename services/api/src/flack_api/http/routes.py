"""What a view declares about itself with its decorators; read by authentication, limits, OpenAPI and tests."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_type_hints

from flask import Flask, current_app, request
from pydantic import BaseModel

View = Callable[..., Any]


@dataclass
class Route:
    """One view's declaration. `auth` names a check of `flack_api.http.auth`; None is refused by `create_app`."""

    auth: str | None = None
    body: type[BaseModel] | None = None
    body_optional: bool = False
    body_type: str = "application/json"
    max_body: int | None = None
    """Where it is more than the service takes elsewhere, in bytes."""
    query: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    content_type: str = "application/json"
    also: tuple[int, ...] = ()
    etag: bool = False
    located: bool = False
    """Whether the answer tells in `Location` where what was made is found."""
    deferrable: bool = False
    limit: str | None = None
    keeps_answer: bool = True
    described: bool = True
    refusals: frozenset[int] = frozenset()
    """Statuses that the action refuses with, beside those that follow from what else is declared."""


def route_of(view: View) -> Route:
    """The declaration of a view, made on first use. `functools.wraps` hands it on to every wrapper."""
    route = view.__dict__.setdefault("route", Route())
    assert isinstance(route, Route)
    return route


def never_kept(view: View) -> View:
    """The view's answer holds secrets: it is not stored for a retry, which is carried out again."""
    route_of(view).keeps_answer = False
    return view


def refuses(*statuses: int) -> Callable[[View], View]:
    """The view's action may refuse with these statuses, for the document.

    Those that follow from what else the view declares (its guard, its body, an id in its path) need not be named.
    """

    def decorate(view: View) -> View:
        route_of(view).refusals = frozenset(statuses)
        return view

    return decorate


def undescribed(view: View) -> View:
    """The view is no part of the API and does not stand in its OpenAPI document."""
    route_of(view).described = False
    return view


def current_route() -> Route | None:
    """The declaration of the view that this request goes to, or None where no rule matched."""
    if request.endpoint is None:
        return None
    return route_of(current_app.view_functions[request.endpoint])


def parameter_for(view: View, model: type[BaseModel]) -> str:
    """The name of the view's parameter that takes `model`. Raises TypeError where there is none."""
    for name, annotation in get_type_hints(inspect.unwrap(view)).items():
        if annotation is model or annotation == model | None:
            return name
    raise TypeError(f"{view.__name__} has no parameter of type {model.__name__}")


def undeclared_views(app: Flask) -> list[str]:
    """Endpoints that do not say who may call them."""
    return sorted(name for name, view in app.view_functions.items() if route_of(view).auth is None)
