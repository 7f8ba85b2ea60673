using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace RingShm;

/// <summary>Makes channel ends of handles of whatever kind of ring.</summary>
internal static class ChannelEnds
{
    public static RingChannelWriter<T> Writer<T>(MessageProducer producer, MessageSerializer<T> serialize, RingCore ring)
    {
        ArrayBufferWriter<byte> buffer = new();
        int refusedBytes = 0;
        return new RingChannelWriter<T>(
            producer,
            value =>
            {
                buffer.ResetWrittenCount();
                serialize(value, buffer);
                bool isDone = producer.TryWriteOrDrop(buffer.WrittenSpan);
                refusedBytes = isDone ? 0 : buffer.WrittenCount;
                return isDone;
            },
            (out bool isCompleted) => producer.IsRoomNow(refusedBytes, out isCompleted),
            ring.TryComplete);
    }

    public static RingChannelWriter<T> Writer<T>(ValueProducer<T> producer, RingCore ring)
        where T : unmanaged =>
        new(producer, value => producer.TryWriteOrDrop(value), producer.IsRoomNow, ring.TryComplete);

    public static RingChannelReader<T> Reader<T>(MessageConsumer consumer, MessageDeserializer<T> deserialize, Action<long>? lost = null) => new(
        consumer,
        ([MaybeNullWhen(false)] out T value, out long lostBefore) =>
        {
            value = default;
            lostBefore = 0;
            if (!consumer.TryRead(out Message message))
                return false;
            using (message)
            {
                lostBefore = message.LostBefore;
                value = deserialize(message.Span);
            }

            return true;
        },
        lost);

    public static RingChannelReader<T> Reader<T>(ValueConsumer<T> consumer)
        where T : unmanaged => new(
        consumer,
        (out T value, out long lostBefore) =>
        {
            lostBefore = 0;
            return consumer.TryRead(out value);
        },
        lost: null);

    public static RingChannelReader<T> Reader<T>(BroadcastReader<T> reader, Action<long>? lost)
        where T : unmanaged => new(reader, reader.TryRead, lost);
}
