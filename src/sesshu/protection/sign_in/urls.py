from __future__ import annotations

from django.urls import path

from sesshu.protection.sign_in import enrolment_views, own_views, recovery_views, session_views, views

app_name = "sign_in"
urlpatterns = [
    path("factor/", views.factor, name="factor"),
    path("demo/", views.demo, name="demo"),
    path("again/", views.again, name="again"),
    path("stay/", views.stay, name="stay"),
    path("enrol/", enrolment_views.ticket, name="enrol"),
    path("enrol/password/", enrolment_views.password, name="enrol-password"),
    path("enrol/authenticator/", enrolment_views.authenticator, name="enrol-authenticator"),
    path("own/", own_views.own, name="own"),
    path("own/authenticators/add/", own_views.add, name="add"),
    path("own/authenticators/remove/", own_views.remove, name="remove"),
    path("own/password/", own_views.password, name="own-password"),
    path("own/sessions/end/", own_views.end, name="end"),
    path("recoveries/", recovery_views.recoveries, name="recoveries"),
    path("recoveries/ask/", recovery_views.ask, name="ask"),
    path("recoveries/<int:pk>/", recovery_views.recovery, name="recovery"),
    path("recoveries/<int:pk>/approve/", recovery_views.approve, name="approve"),
    path("recoveries/<int:pk>/refuse/", recovery_views.refuse, name="refuse"),
    path("locks/", recovery_views.locks, name="locks"),
    path("locks/unlock/", recovery_views.unlock, name="unlock"),
    path("signed-in/", session_views.signed_in, name="signed-in"),
    path("signed-in/end/", session_views.end, name="signed-in-end"),
    path("refusals/", recovery_views.refusals, name="refusals"),
]
