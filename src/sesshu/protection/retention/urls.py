from django.urls import path

from sesshu.protection.retention import views

app_name = "retention"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("rules/<slug:code>/draw/", views.draw, name="draw"),
    path("rules/<slug:code>/holds/", views.holds, name="holds"),
    path("holds/<int:pk>/release/", views.release, name="release"),
    path("runs/<int:pk>/", views.run, name="run"),
    path("runs/<int:pk>/exclude/", views.exclude, name="exclude"),
    path("runs/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("approvals/", views.to_decide, name="to-decide"),
    path("approvals/<int:pk>/", views.approval, name="approval"),
    path("approvals/<int:pk>/decide/", views.decide, name="decide"),
]
