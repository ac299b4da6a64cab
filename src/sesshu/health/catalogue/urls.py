from django.urls import path

from sesshu.health.catalogue import views

app_name = "catalogue"
urlpatterns = [
    path("", views.catalogue, name="list"),
    path("programmes/new/", views.programme_new, name="programme-new"),
    path("products/new/", views.product_new, name="product-new"),
    path("lots/new/", views.lot_new, name="lot-new"),
    path("lots/<int:pk>/recall/", views.lot_recall, name="lot-recall"),
]
