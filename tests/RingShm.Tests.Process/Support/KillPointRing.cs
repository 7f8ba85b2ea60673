using RingShm.Layout;
using RingShm.TestPeer;
using RingShm.TestPeer.Commands;

namespace RingShm.Tests.Processes.Support;

/// <summary>
/// The surviving side of a kill-point test: writes and reads through the public classes, notes both in the ledger, and can set
/// the words that a dead participant would have left.
/// </summary>
internal sealed class KillPointRing : IDisposable
{
    private readonly Scene _scene;
    private readonly SpscRing? _bytes;
    private readonly SpscRing<long>? _values;
    private readonly MessagePattern _pattern;
    private readonly RingGeometry _geometry;

    private KillPointRing(Scene scene, SpscRing? bytes, SpscRing<long>? values, RingGeometry geometry)
    {
        _scene = scene;
        _bytes = bytes;
        _values = values;
        _geometry = geometry;
        _pattern = DieCommand.PatternFor((int)geometry.MaxMessageBytes);
    }

    public static KillPointRing Create(Scene scene, int capacityBytes, bool isTyped)
    {
        if (isTyped)
            return new(scene, null, scene.CreateTypedRing<long>(capacityBytes), RingGeometry.ForSpsc(capacityBytes, 0, sizeof(long)));
        SpscRing ring = scene.CreateRing(capacityBytes);
        return new(scene, ring, null, RingGeometry.ForSpsc(capacityBytes, 0, 0));
    }

    /// <summary>True when the record that is written next runs over the ring's end.</summary>
    public bool NextCrossesTheEnd() =>
        (_scene.Inspect().ProducerPosition % _geometry.CapacityBytes)
        + RecordLayout.SizeOf(_pattern.LengthOf(_scene.Ledger.Attempted)) > _geometry.CapacityBytes;

    /// <summary>Attaches as a producer's successor and writes; numbers that were begun before are not used again.</summary>
    public void Write(int messages)
    {
        if (_values != null)
        {
            using SpscProducer<long> typed = _values.AttachProducer();
            for (int i = 0; i < messages; i++)
                Note(typed.TryWrite(_scene.Ledger.Attempted));
            return;
        }

        using SpscProducer producer = _bytes!.AttachProducer();
        for (int i = 0; i < messages; i++)
        {
            long sequence = _scene.Ledger.Attempted;
            byte[] message = new byte[_pattern.LengthOf(sequence)];
            _pattern.Fill(message, sequence);
            Note(producer.TryWrite(message, MessagePattern.TypeOf(sequence)));
        }
    }

    /// <summary>Attaches as a consumer's successor, reads everything and logs it.</summary>
    public void Drain() => Read(int.MaxValue);

    public void Read(int messages)
    {
        if (_values != null)
        {
            using SpscConsumer<long> typed = _values.AttachConsumer();
            for (int i = 0; i < messages && typed.TryRead(out long value); i++)
                _scene.Ledger.Log(value, redelivered: false);
            return;
        }

        using SpscConsumer consumer = _bytes!.AttachConsumer();
        for (int i = 0; i < messages && consumer.TryRead(out Message message); i++)
        {
            using (message)
                _scene.Ledger.Log(_pattern.Check(message.Span, message.Type, _scene.Ledger.Delivered), message.Redelivered);
        }
    }

    /// <summary>Leaves an owner in a row whose lock nobody holds.</summary>
    public void PretendDeath(int row) => _scene.StoreWord(
        _geometry.RowsOffset + (row * (long)_geometry.RowStrideBytes) + RowLayout.OwnerOffset, RowLayout.PackOwner(int.MaxValue, 1));

    /// <summary>Leaves the mark of a batch that delivered the first messages of the ring and handed none back.</summary>
    public void PretendDelivery(int messages)
    {
        long end = 0;
        for (long sequence = 0; sequence < messages; sequence++)
        {
            end += RecordLayout.SizeOf(_pattern.LengthOf(sequence));
            _scene.Ledger.Log(sequence, redelivered: false);
        }

        _scene.StoreWord(_geometry.ControlOffset + SpscLayout.ConsumerDeliveredThroughOffset, end);
    }

    public void Dispose()
    {
        _bytes?.Dispose();
        _values?.Dispose();
    }

    private void Note(bool written)
    {
        Assert.True(written, "The survivors' ring is full.");
        _scene.Ledger.Attempted++;
        _scene.Ledger.Published = _scene.Ledger.Attempted;
    }
}
