"""The stock JSON consumer, a group a user."""

from channels.generic.websocket import AsyncJsonWebsocketConsumer
from rest_framework.authtoken.models import Token


class OrdersConsumer(AsyncJsonWebsocketConsumer):
    async def connect(self):
        key = dict(self.scope["headers"])[b"authorization"].decode().removeprefix("Token ")
        token = await Token.objects.aget(key=key)
        self.group = f"orders.{token.user_id}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code):
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def order_saved(self, message):
        await self.send_json({"order": message["order"], "committed": message["committed"]})
