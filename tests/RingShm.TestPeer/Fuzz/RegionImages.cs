using RingShm.Layout;

namespace RingShm.TestPeer.Fuzz;

/// <summary>A sound region's bytes and its geometry.</summary>
internal sealed record RegionImage(byte[] Bytes, RingGeometry Geometry, bool IsTyped);

/// <summary>Sound regions in many states, made by the library itself, for the mutator to damage.</summary>
internal static class RegionImages
{
    /// <summary>Regions of all kinds, or of one.</summary>
    public static List<RegionImage> Make(string path, RingKind only)
    {
        List<RegionImage> images = MakeAll(path);
        return only == RingKind.None ? images : [.. images.Where(image => image.Geometry.Kind == only)];
    }

    private static List<RegionImage> MakeAll(string path)
    {
        List<RegionImage> images = [];
        foreach (int capacity in new[] { 64, 256, 4096 })
        {
            foreach (int rounds in new[] { 0, 1, 9 })
                images.Add(MakeBytes(path, capacity, rounds, completed: rounds == 9));
            images.Add(MakeTyped(path, capacity));
        }

        MpmcImages.Make(path, images);
        BroadcastImages.Make(path, images);
        StateImages.Make(path, images);
        return images;
    }

    private static RegionImage MakeBytes(string path, int capacity, int rounds, bool completed)
    {
        RingGeometry geometry = RingGeometry.ForSpsc(capacity, 0, 0);
        using (SpscRing ring = SpscRing.Create(path, new RingOptions { CapacityBytes = capacity }))
        {
            using SpscProducer producer = ring.AttachProducer();
            using SpscConsumer consumer = ring.AttachConsumer();
            for (int round = 0; round < rounds; round++)
            {
                while (producer.TryWrite(new byte[(round * 7) % (int)(geometry.MaxMessageBytes + 1)], round))
                {
                    // Until it is full.
                }

                for (int i = 0; i <= round && consumer.TryRead(out Message message); i++)
                    message.Dispose();
            }

            if (completed)
                ring.Complete();
        }

        return Take(path, geometry, isTyped: false);
    }

    private static RegionImage MakeTyped(string path, int capacity)
    {
        using (SpscRing<long> ring = SpscRing<long>.Create(path, new RingOptions { CapacityBytes = capacity }))
        {
            using SpscProducer<long> producer = ring.AttachProducer();
            using SpscConsumer<long> consumer = ring.AttachConsumer();
            for (long i = 0; i < 100; i++)
            {
                if (!producer.TryWrite(i))
                    _ = consumer.TryRead(out _);
            }
        }

        return Take(path, RingGeometry.ForSpsc(capacity, 0, sizeof(long)), isTyped: true);
    }

    private static RegionImage Take(string path, in RingGeometry geometry, bool isTyped)
    {
        byte[] bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return new RegionImage(bytes, geometry, isTyped);
    }
}
