using System.Threading.Channels;

namespace RingShm;

/// <remarks>The ring's ends as those of a channel.</remarks>
public sealed partial class MpmcRing<T>
{
    /// <summary>
    /// Attaches a producer as a channel's writer. Dispose it to give the role back; complete it when no more will come.
    /// </summary>
    /// <param name="fullMode">What a full ring means; see <see cref="AttachProducer(BoundedChannelFullMode)"/>.</param>
    /// <inheritdoc cref="AttachProducer(BoundedChannelFullMode)"/>
    public RingChannelWriter<T> AttachChannelWriter(BoundedChannelFullMode fullMode = BoundedChannelFullMode.Wait) =>
        ChannelEnds.Writer(AttachProducer(fullMode), _core);

    /// <summary>Attaches a consumer as a channel's reader. Dispose it to give the role back.</summary>
    /// <inheritdoc cref="AttachConsumer"/>
    public RingChannelReader<T> AttachChannelReader() => ChannelEnds.Reader(AttachConsumer());
}
