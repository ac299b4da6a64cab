from django.urls import path

from sesshu.health.inquiries import asking_views, deciding_views, mover_views, views
from sesshu.protection.cases import for_task
from sesshu.protection.purposes import Purpose

app_name = "inquiries"
urlpatterns = for_task(
    Purpose.EXCHANGE,
    [
        path("", views.inquiry_list, name="list"),
        path("<int:pk>/", views.detail, name="detail"),
        path("persons/<int:pk>/new/", asking_views.new, name="new"),
        path("persons/<int:pk>/former/", asking_views.ask_former, name="ask-former"),
        path("persons/<int:pk>/state/", asking_views.person_state, name="person-state"),
        path("institutions/", asking_views.institution_search, name="institutions"),
        path("<int:pk>/cancel/", asking_views.cancel, name="cancel"),
        path("<int:pk>/again/", asking_views.again, name="again"),
        path("<int:pk>/close/", asking_views.close, name="close"),
        path("<int:pk>/take-new/", deciding_views.take_new, name="take-new"),
        path("received/<int:pk>/", deciding_views.decide, name="decide"),
        path("movers/", mover_views.movers, name="movers"),
        path("movers/<int:pk>/", mover_views.run, name="run"),
    ],
)
