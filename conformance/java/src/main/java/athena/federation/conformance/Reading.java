package athena.federation.conformance;

import com.amazonaws.athena.connector.lambda.QueryStatusChecker;
import com.amazonaws.athena.connector.lambda.data.Block;
import com.amazonaws.athena.connector.lambda.data.BlockSpiller;
import com.amazonaws.athena.connector.lambda.data.FieldResolver;
import com.amazonaws.athena.connector.lambda.handlers.RecordHandler;
import com.amazonaws.athena.connector.lambda.records.ReadRecordsRequest;
import java.util.HashMap;
import java.util.Map;
import org.apache.arrow.vector.types.pojo.Field;
import software.amazon.awssdk.services.athena.AthenaClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** The rows: the connector's half that answers with records, inline or spilled. */
final class Reading extends RecordHandler {
    Reading(S3Client s3, SecretsManagerClient secrets, AthenaClient athena, Map<String, String> options) {
        super(s3, secrets, athena, "conformance", options);
    }

    @Override
    protected void readWithConstraint(BlockSpiller spiller, ReadRecordsRequest request, QueryStatusChecker checker) {
        Map<String, Object> partition = new HashMap<>(request.getSplit().getProperties());
        partition.computeIfPresent("year", (name, year) -> Integer.valueOf(year.toString()));
        for (Map<String, Object> row : Source.named(request.getTableName().getTableName()).rows(partition)) {
            spiller.writeRows((block, number) -> write(request, row, block, number) ? 1 : 0);
        }
    }

    private static boolean write(ReadRecordsRequest request, Map<String, Object> row, Block block, int number) {
        boolean wanted = true;
        for (Field field : request.getSchema().getFields()) {
            Object value = row.get(field.getName());
            boolean passes =
                    field.getChildren().isEmpty()
                            ? block.offerValue(field.getName(), number, value)
                            : block.offerComplexValue(field.getName(), number, FieldResolver.DEFAULT, value);
            wanted &= passes;
        }
        return wanted;
    }
}
