using RingShm.Layout;

namespace RingShm.TestPeer.Fuzz;

/// <summary>Sound state cells: never written, written once, written often, with values of one length and of many.</summary>
internal static class StateImages
{
    private const int Participants = 4;

    public static void Make(string path, List<RegionImage> images)
    {
        foreach (int max in new[] { 1, 100, 700 })
        {
            foreach (int writes in new[] { 0, 1, 20 })
            {
                images.Add(Make(path, max, writes));
                File.Delete(path);
            }
        }

        using (StateCell<long> cell = StateCell<long>.Create(path, new RingOptions { MaxParticipants = Participants }))
        {
            using StateWriter<long> writer = cell.AttachWriter();
            writer.Write(1);
            images.Add(new RegionImage(ReadAll(path), RingGeometry.ForState(0, sizeof(long), Participants, 0), IsTyped: true));
        }

        File.Delete(path);
    }

    private static RegionImage Make(string path, int max, int writes)
    {
        using StateCell cell = StateCell.Create(path, new RingOptions { MaxMessageBytes = max, MaxParticipants = Participants });
        using StateWriter writer = cell.AttachWriter();
        using StateReader reader = cell.AttachReader();
        for (int i = 0; i < writes; i++)
            writer.Write(new byte[(i * 37) % (max + 1)]);
        // The file is copied while they are open: whoever opens the copy finds them to be dead.
        return new RegionImage(ReadAll(path), RingGeometry.ForState(max, 0, Participants, 0), IsTyped: false);
    }

    private static byte[] ReadAll(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
