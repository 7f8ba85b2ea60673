using System.Threading.Channels;

namespace RingShm;

/// <remarks>The ring's ends as those of a channel.</remarks>
public sealed partial class SpscRing
{
    /// <summary>
    /// Attaches a producer as a channel's writer. Dispose it to give the role back; complete it when no more will come.
    /// </summary>
    /// <typeparam name="T">What is sent.</typeparam>
    /// <param name="serialize">Writes a value as a payload. Called under the writer's lock.</param>
    /// <param name="fullMode">What a full ring means; see <see cref="AttachProducer(BoundedChannelFullMode)"/>.</param>
    /// <inheritdoc cref="AttachProducer(BoundedChannelFullMode)"/>
    public RingChannelWriter<T> AttachChannelWriter<T>(
        MessageSerializer<T> serialize, BoundedChannelFullMode fullMode = BoundedChannelFullMode.Wait)
    {
        ArgumentNullException.ThrowIfNull(serialize);
        return ChannelEnds.Writer(AttachProducer(fullMode), serialize, _core);
    }

    /// <summary>Attaches a consumer as a channel's reader. Dispose it to give the role back.</summary>
    /// <typeparam name="T">What is received.</typeparam>
    /// <param name="deserialize">Makes a value of a payload. Called under the reader's lock.</param>
    /// <inheritdoc cref="AttachConsumer"/>
    public RingChannelReader<T> AttachChannelReader<T>(MessageDeserializer<T> deserialize)
    {
        ArgumentNullException.ThrowIfNull(deserialize);
        return ChannelEnds.Reader(AttachConsumer(), deserialize);
    }
}
