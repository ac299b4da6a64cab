from django.urls import path

from sesshu.protection.taking_out import media_views, views

app_name = "taking_out"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("new/<slug:name>/", views.new, name="new"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("<int:pk>/fetch/", views.fetch, name="fetch"),
    path("<int:pk>/erasure/", views.erasure, name="erasure"),
    path("approvals/", views.to_decide, name="to-decide"),
    path("approvals/<int:pk>/", views.approval, name="approval"),
    path("approvals/<int:pk>/decide/", views.decide, name="decide"),
    path("approvals/<int:pk>/passphrase/", views.passphrase, name="passphrase"),
    path("media/", media_views.register, name="media"),
    path("media/new/", media_views.medium_new, name="medium-new"),
    path("media/<int:pk>/", media_views.medium, name="medium"),
]
